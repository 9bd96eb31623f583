#include "module/calls/call.hpp"

#include <algorithm>

namespace parley::module {

std::string_view to_string(Phase phase) {
    switch (phase) {
        case Phase::ringing:
            return "ringing";
        case Phase::active:
            return "active";
        case Phase::ended:
            break;
    }
    return "ended";
}

const Participant* Call::participant(const FullJid& jid) const {
    const auto found = std::ranges::find(participants, jid, &Participant::jid);
    return found == participants.end() ? nullptr : &*found;
}

Participant* Call::participant(const FullJid& jid) {
    const auto found = std::ranges::find(participants, jid, &Participant::jid);
    return found == participants.end() ? nullptr : &*found;
}

}  // namespace parley::module
