/// What the coordinator tells those who come late.
#include <utility>

#include "module/calls/stanza_out.hpp"
#include "module/coordinator.hpp"

namespace parley::module {

/// Tells one who can take part in the room's calls of those that run.
void Coordinator::help_late_joiner(const RoomJid& room, const Occupant& occupant, Now now,
                                   Outputs& outputs) const {
    const auto calls = calls_.calls_of(room);
    const Room* known = rooms_.find(room);
    if (calls.empty() || !known || keeps_out(room, known->privacy, occupant, now)) return;
    const auto send = [&](xmpp::Element message) {
        outputs.emplace_back(SendToOccupant{room, occupant.jid, std::move(message)});
    };
    for (const Call* call : calls) {
        for (xmpp::Element& message : missed_messages(*call, *known, occupant)) {
            send(std::move(message));
        }
    }
    send(calls_message(room, calls));
}

/// To a muji call the newcomer is invited, where somebody is there or will be.
std::vector<xmpp::Element> Coordinator::missed_messages(const Call& call, const Room& room,
                                                        const Occupant& newcomer) const {
    if (call.mode != Mode::muji) {
        return late_join_messages(call, room.occupants.contains(call.initiator));
    }
    const FullJid* inviter = invitations_.inviter_of(call.id);
    const bool is_over = call.phase == Phase::active && call.participants.empty();
    if (!inviter || is_over || *inviter == newcomer.jid || call.participant(newcomer.jid)) {
        return {};
    }
    const auto entry = room.occupants.find(*inviter);
    std::string from = room.jid.to_string();
    if (entry != room.occupants.end()) from += '/' + entry->second.nick.value;
    return {*invitations_.message_for_late(call, from)};
}

}  // namespace parley::module
