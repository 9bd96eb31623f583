#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"
#include "xmpp/element.hpp"

namespace parley::server::muc {

/// What a presence says beyond the occupant itself (XEP-0045 s7 to s10).
struct PresenceNote {
    std::vector<int> codes;       ///< for everybody
    std::vector<int> self_codes;  ///< beside 110, for the occupant's own clients only
    std::string actor_nick;       ///< who did it
    std::string reason;
    std::string new_nick;                  ///< of a nick change
    std::optional<xmpp::Element> destroy;  ///< <destroy/>, when the room is gone
    std::vector<xmpp::Element>
        children;  ///< of an unavailable presence: what the client said leaving
};

/// What the client sent, without addresses, id and the MUC's own children: the form in which it is
/// kept.
xmpp::Element strip_presence(xmpp::Element presence);

/// Sends one occupant's available presence to one client in the room.
void send_presence(const Context& context, const Room& room, const Occupant& who,
                   const Occupant& viewer, const xmpp::Jid& to, const PresenceNote& note = {});

/// Sends it to every client in the room, to the occupant's own clients last.
void broadcast_presence(const Context& context, const Room& room, const Occupant& who,
                        const PresenceNote& note = {});

/// Tells of clients that are out: every client still in the room, and `told` (those of the
/// occupant's own clients that can still hear). Call it when they are taken out already.
void broadcast_unavailable(const Context& context, const Room& room, const Occupant& who,
                           std::span<const Session> gone, std::span<const Session> told,
                           const PresenceNote& note);

/// Tells one client of the occupant that it, or all of them (`gone`), are out.
void send_goodbye(const Context& context, const Room& room, const Occupant& who,
                  std::span<const Session> gone, const xmpp::Jid& to, const PresenceNote& note);

/// Tells the occupant's old nick goodbye (XEP-0045 s7.6), while it still has it.
void broadcast_nick_change(const Context& context, const Room& room, const Occupant& who,
                           const PresenceNote& note);

}  // namespace parley::server::muc
