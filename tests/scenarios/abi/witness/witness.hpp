#pragma once

#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <thread>

#include "xmpp/element.hpp"
#include "xmpp/namespaces.hpp"
#include "xsm/abi.h"
#include "xsm/adhoc.h"
#include "xsm/cluster.h"
#include "xsm/disco.h"
#include "xsm/muc.h"
#include "xsm/options.h"
#include "xsm/presence.h"
#include "xsm/room_config.h"
#include "xsm/route.h"
#include "xsm/service.h"
#include "xsm/stanza.h"
#include "xsm/storage.h"
#include "xsm/timer.h"

/// A module that does what a message tells it to, and says what its host told it: a host of the
/// module ABI is tested with it by dialogues of literal stanzas. Protocol, all of it in
/// urn:parley:witness:0:
///
/// - <do what='...'/> in a message to a room or occupant: on_message does it (orders.cpp).
/// - <do what='...'/> as the payload of an IQ between users: on_iq does it (stanzas.cpp).
/// - a child of an occupant's presence in a room is an event of the room, <presence/>.
/// - <events/> in an IQ get to a room: answered with what happened in the room since the last time,
///   one element for each event. <unanswered/> is left to the host.
/// - <routed/> in an IQ get to its service: answered with the IQs of the one who asks, or `of` a
///   JID, that on_iq was shown since the last time.
/// - every other stanza to its service is reported to the sender in a message with <seen/>.
/// - fields of its own in every room's configuration (module.cpp); "refuse" as the text is refused.
/// - what it is told to keep is in a file of its directory.
/// - its options, given while it runs, are told to every room in a message with <options/>; of its
///   option "answer" it takes what refuses or warns (options.cpp).
/// - the command #hello is for administrators, #room-hello for owners of rooms.
/// - a node that is lost is told to every room in a message with <node-lost/>.
namespace witness {

using parley::xmpp::Element;
namespace ns = parley::xmpp::ns;

constexpr std::string_view ours = "urn:parley:witness:0";

inline xsm_view view(std::string_view text) {
    return {text.data(), text.size()};
}

inline std::string_view text_of(xsm_view text) {
    return {text.data, text.size};
}

inline xsm_buf copy(std::string_view text) {
    auto* data = static_cast<char*>(std::malloc(text.size() + 1));
    std::memcpy(data, text.data(), text.size());
    return {data, text.size()};
}

struct Room {
    Element events{"events", ours};
    bool has_values = false;  ///< of its configuration
    bool is_gone = false;
};

struct Witness {
    xsm_module module{};
    const xsm_host* host = nullptr;
    const xsm_host_muc* muc = nullptr;
    const xsm_host_stanza* stanza = nullptr;
    const xsm_host_service* service = nullptr;
    const xsm_host_disco* disco = nullptr;
    const xsm_host_adhoc* adhoc = nullptr;
    const xsm_host_timer* timer = nullptr;
    // It does without those.
    const xsm_host_route* route = nullptr;
    const xsm_host_room_config* room_config = nullptr;
    const xsm_host_cluster* cluster = nullptr;
    const xsm_host_presence* presence = nullptr;
    const xsm_host_storage* storage = nullptr;
    const xsm_host_options* options = nullptr;
    std::string sfu_jid;
    std::map<std::string, Room, std::less<>> rooms;      // by JID
    std::map<std::string, Element, std::less<>> routed;  // IQs between users, by sender
    std::string room_of_timer;
    std::string room_to_wake_for;
    std::thread waker;
};

inline Witness& self_of(xsm_module* module) {
    return *static_cast<Witness*>(module->self);
}

/// An <error/> that no host gives by itself.
std::string refusal();

/// Has `children` said in every room there is.
void say_everywhere(Witness& self, const Element& child);

extern const xsm_module_muc muc_half;
extern const xsm_module_service service_half;
extern const xsm_module_disco disco_half;
extern const xsm_module_adhoc adhoc_half;
extern const xsm_module_timer timer_half;
extern const xsm_module_route route_half;
extern const xsm_module_room_config room_config_half;
extern const xsm_module_cluster cluster_half;
extern const xsm_module_presence presence_half;
extern const xsm_module_options options_half;

// Of muc_half and of the module itself, in orders.cpp.
void on_message(xsm_module* module, const xsm_muc_message* about, xsm_muc_verdict* verdict);
void on_wake(xsm_module* module);

/// What the directory has of an earlier order to keep something, as <kept/>; in keeping.cpp.
Element kept(const Witness& self);
/// Replaces it. False where it cannot.
bool keep(const Witness& self, std::string_view value);

}  // namespace witness
