#pragma once

#include <string>

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/presence.hpp"
#include "hosts/server/muc/room.hpp"

namespace parley::server::muc {

/// Why and how a client goes.
struct Departure {
    LeaveReason reason = LeaveReason::left;
    PresenceNote note;
    bool reachable = true;                          ///< its own clients still get the goodbye
    std::optional<Affiliation> affiliation_before;  ///< where that is what it lost
};

/// Takes one client out and tells the others (XEP-0045 s7.14); a temporary room that gets empty
/// ends, and so does a locked one.
void remove_client(const Context& context, Room& room, const xmpp::Jid& full_jid,
                   const Departure& departure);

/// Takes all clients of an occupant out: kick, ban, membership lost.
void remove_occupant(const Context& context, Room& room, Occupant& occupant,
                     const Departure& departure);

/// Unavailable presence of a client in the room.
void handle_leave(const Context& context, Room& room, const xmpp::Element& presence,
                  const xmpp::Jid& from);

/// An error that a client, or the server for it, sent back: one that says "not there" takes the
/// client out as a ghost (XEP-0045 s18.1.4).
void handle_bounce(const Context& context, Room& room, const xmpp::Element& stanza,
                   const xmpp::Jid& from);

/// The client's session is no more.
void handle_session_end(const Context& context, Room& room, const xmpp::Jid& full_jid, bool lost);

/// Everybody out, the room gone (XEP-0045 s10.9). A stored room is forgotten by the caller.
void end_room(const Context& context, Room& room, std::string_view alternate,
              std::string_view reason);

}  // namespace parley::server::muc
