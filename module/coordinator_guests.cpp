/// The coordinator and who takes part in a call without being in its room.
#include "module/coordinator.hpp"

namespace parley::module {

/// The SFU has accepted its session: it takes part from now on, where there is room for it.
void Coordinator::welcome(const Focus::Guest& guest, Now now, Outputs& outputs) {
    const Call* call = calls_.find(guest.call);
    const uint32_t most = call ? rooms_.settings_of(call->room).participants_max : 0;
    if (const auto report = calls_.guest_in(guest.call, guest.jid, most, now)) {
        carry_out(*report, now, outputs);
    } else {
        take(focus_->dismiss(guest.call, guest.jid, Reason::decline), now, outputs);
    }
}

/// The room's owners allow none any more.
void Coordinator::dismiss_guests(const RoomJid& room, Now now, Outputs& outputs) {
    std::vector<std::pair<CallId, FullJid>> guests;
    for (const Call* call : calls_.calls_of(room)) {
        for (const Participant& participant : call->participants) {
            if (participant.is_guest) guests.emplace_back(call->id, participant.jid);
        }
    }
    for (const auto& [id, jid] : guests) {
        const auto report = calls_.participant_lost(id, jid, Reason::security_error, now);
        if (report) carry_out(*report, now, outputs);
    }
}

}  // namespace parley::module
