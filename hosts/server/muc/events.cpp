#include "hosts/server/muc/events.hpp"

namespace parley::server::muc::events {

OccupantInfo info(const Room& room, const Occupant& occupant, const Session& session) {
    return {occupant.nick, session.jid, room.affiliation(occupant.user), occupant.role};
}

void configured(const Context& context, Room& room) {
    ++room.generation;
    context.hooks.room_configured(room);
}

void destroyed(const Context& context, Room& room) {
    ++room.generation;
    context.hooks.room_destroyed(room);
}

void joined(const Context& context, Room& room, const Occupant& occupant,
            const xmpp::Jid& full_jid) {
    ++room.generation;
    context.hooks.occupant_joined(room, info(room, occupant, *room.session(full_jid)));
}

void changed(const Context& context, Room& room, std::string_view old_nick,
             const Occupant& occupant) {
    for (const Session& session : occupant.sessions) {
        ++room.generation;
        context.hooks.occupant_changed(room, old_nick, info(room, occupant, session));
    }
}

void presence(const Context& context, const Room& room, const Occupant& occupant,
              const xmpp::Jid& full_jid, const xmpp::Element* before) {
    const Session& session = *room.session(full_jid);
    context.hooks.occupant_presence(room, info(room, occupant, session), before, session.presence);
}

void left(const Context& context, Room& room, const Occupant& occupant, const Session& session,
          Affiliation affiliation, LeaveReason reason) {
    ++room.generation;
    context.hooks.occupant_left(room, {occupant.nick, session.jid, affiliation, occupant.role},
                                reason);
}

}  // namespace parley::server::muc::events
