#pragma once

#include <string_view>

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"

/// Tells modules what happened; each call is one step of the room's generation.
namespace parley::server::muc::events {

OccupantInfo info(const Room& room, const Occupant& occupant, const Session& session);

void configured(const Context& context, Room& room);
void destroyed(const Context& context, Room& room);
void joined(const Context& context, Room& room, const Occupant& occupant,
            const xmpp::Jid& full_jid);
/// One event for each client of the occupant.
void changed(const Context& context, Room& room, std::string_view old_nick,
             const Occupant& occupant);
/// Not an event of its own: what the client says in its presence is no more what it was `before`.
void presence(const Context& context, const Room& room, const Occupant& occupant,
              const xmpp::Jid& full_jid, const xmpp::Element* before);
void left(const Context& context, Room& room, const Occupant& occupant, const Session& session,
          Affiliation affiliation, LeaveReason reason);

}  // namespace parley::server::muc::events
