#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "module/calls/names.hpp"
#include "module/focus/media_port.hpp"
#include "xmpp/element.hpp"

/// Everything the core can ask of the world, as values; the composition root carries it out in
/// order.
namespace parley::module {

struct Broadcast {  ///< a message to every occupant
    RoomJid room;
    xmpp::Element message;
};

struct SendToOccupant {  ///< a message to one client in the room
    RoomJid room;
    FullJid occupant;
    xmpp::Element message;
};

struct RouteStanza {  ///< a stanza of a room or of the SFU service
    xmpp::Element stanza;
};

struct RequestSnapshot {
    RoomJid room;
};

enum class LogLevel : uint8_t { debug, info, warning, error };

struct LogLine {
    LogLevel level;
    std::string text;
};

/// What would be lost with this process: for the other nodes of a cluster, and for the next start.
struct PublishRecord {
    std::string key;
    xmpp::Element value;
};

struct WithdrawRecord {
    std::string key;
};

struct StoreForbiddenUsers {  ///< for the next start
    xmpp::Element users;
};

struct ReloadOptions {};  ///< the host reads its configuration anew

using Output =
    std::variant<Broadcast, SendToOccupant, RouteStanza, RequestSnapshot, LogLine, MediaCommand,
                 PublishRecord, WithdrawRecord, StoreForbiddenUsers, ReloadOptions>;
using Outputs = std::vector<Output>;

/// What becomes of a message that an occupant sent.
struct Pass {};

struct Drop {
    xmpp::Element error;  ///< <error/> for the sender
};

struct Replace {
    xmpp::Element message;
};

using Verdict = std::variant<Pass, Drop, Replace>;

}  // namespace parley::module
