#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "xmpp/element.hpp"
#include "xsm/abi.h"
#include "xsm/adhoc.h"

namespace parley::binding {

// What the server does for the module once a call into it is over. Each is one host function of
// xsm/*.h, its arguments already checked.

struct Log {
    xsm_log_level level;
    std::string line;
};

/// The module is out of service: nothing of it is called any more. Its namespaces are refused.
struct OutOfService {};

struct SetInterest {
    std::vector<std::string> namespaces;
};

struct Broadcast {
    std::string room_jid;
    xmpp::Element stanza;
};

struct SendToOccupant {
    std::string room_jid;
    std::string real_jid;
    xmpp::Element stanza;
};

struct RequestSnapshot {
    std::string room_jid;
};

struct Route {
    xmpp::Element stanza;
};

/// Which IQs between users the module sees.
struct SetRouteInterest {
    std::vector<std::string> namespaces;
};

struct AddService {
    std::string domain;
    std::string name;
};

struct RemoveService {
    std::string domain;
};

struct SetMucFeatures {
    std::vector<std::string> features;
};

struct AddCommand {
    std::string node;
    std::string name;
    xsm_adhoc_access access;  ///< XSM_ADHOC_ADMIN or XSM_ADHOC_ROOM_OWNER
    bool on_every_node;       ///< XSM_ADHOC_ADMIN_EVERYWHERE
};

struct RemoveCommand {
    std::string node;
};

struct SetTimer {
    uint64_t id;
    uint64_t delay_ms;
};

struct CancelTimer {
    uint64_t id;
};

/// A record for the other nodes of the cluster.
struct Publish {
    std::string key;
    std::string value;
};

struct Withdraw {
    std::string key;
};

/// Which children of occupants' presence the module sees.
struct SetPresenceInterest {
    std::vector<std::string> namespaces;
};

/// Read the configuration, and call on_options.
struct ReloadOptions {};

using Action = std::variant<Log, OutOfService, SetInterest, Broadcast, SendToOccupant,
                            RequestSnapshot, Route, AddService, RemoveService, SetMucFeatures,
                            AddCommand, RemoveCommand, SetTimer, CancelTimer, SetRouteInterest,
                            Publish, Withdraw, SetPresenceInterest, ReloadOptions>;

}  // namespace parley::binding
