#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "xmpp/element.hpp"
#include "xmpp/jid.hpp"

/// What a module has asked for with a host function: noted during its call, done when the host is
/// at rest.
namespace parley::server::action {

struct Route {
    xmpp::Element stanza;
};

struct Broadcast {
    xmpp::Jid room;
    xmpp::Element message;
};

struct SendToOccupant {
    xmpp::Jid room;
    xmpp::Jid real_jid;
    xmpp::Element stanza;
};

struct RequestSnapshot {
    xmpp::Jid room;
};

struct SetTimer {
    uint64_t id;
    uint64_t delay_ms;
};

struct CancelTimer {
    uint64_t id;
};

struct AddService {
    std::string domain;
    std::string name;
};

struct RemoveService {
    std::string domain;
};

struct AddCommand {
    std::string node;
    std::string name;
};

struct RemoveCommand {
    std::string node;
};

using Action = std::variant<Route, Broadcast, SendToOccupant, RequestSnapshot, SetTimer,
                            CancelTimer, AddService, RemoveService, AddCommand, RemoveCommand>;

}  // namespace parley::server::action
