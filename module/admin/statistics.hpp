#pragma once

#include <cstddef>
#include <cstdint>

#include "module/admin/commands.hpp"
#include "module/calls/call_registry.hpp"

namespace parley::module {

/// What has happened since the module started.
struct CallCounters {
    WallTime since;
    uint64_t calls_proposed = 0;
    uint64_t calls_answered = 0;  ///< that somebody accepted
    uint64_t participations = 0;  ///< initiators among them
    uint64_t messages_refused = 0;
    size_t calls_peak = 0;  ///< at one time
};

/// What there is besides calls.
struct Inventory {
    size_t rooms = 0;           ///< that the server runs
    size_t conferences = 0;     ///< of the SFU
    size_t media_sessions = 0;  ///< likewise
    size_t forbidden_users = 0;
};

xmpp::DataForm statistics_form(const AdminCommand& command, const CallCounters& counters,
                               const CallRegistry& calls, const Inventory& inventory);

}  // namespace parley::module
