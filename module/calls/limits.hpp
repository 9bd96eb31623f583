#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace parley::module {

/// What an administrator may set about calls; the defaults are those of docs/operating.md.
struct CallLimits {
    std::chrono::seconds ring_timeout{60};        ///< from propose until somebody accepts
    std::chrono::seconds empty_call_timeout{30};  ///< after the last participant left
    std::chrono::seconds call_duration_max{0};    ///< from propose; 0: no limit
    uint32_t participants_max = 50;               ///< in one call, at one time
    uint32_t calls_per_room_max = 1;
    uint32_t proposals_per_minute_max = 10;       ///< of one user (bare JID) in one room
    uint32_t room_proposals_per_minute_max = 30;  ///< of all users of one room together
    uint32_t call_messages_per_minute_max = 120;  ///< of one occupant
};

/// How long an ended id is refused as "ended" and may not be proposed anew, and how many of them
/// are remembered at most; beyond that the oldest are forgotten.
inline constexpr std::chrono::hours ended_call_memory{24};
inline constexpr size_t ended_calls_remembered_max = 65'536;

/// How long a participant of an SFU call may stay without a session after it closed its own.
inline constexpr std::chrono::seconds sessionless_participant_grace{5};

}  // namespace parley::module
