#pragma once

#include <vector>

#include "module/admin/commands.hpp"
#include "module/calls/call_registry.hpp"

namespace parley::module {

/// Rows of one page: where nothing is asked for, and at most.
inline constexpr size_t active_calls_page_default = 100;
inline constexpr size_t active_calls_page_max = 1'000;

/// A page of the server's calls as a table, in order of their ids: that order stays while calls
/// come and go. It says of what it is where there is no call, too, and a host may append the calls
/// of other instances: so there is no word about their number.
CommandResult active_calls(const CallRegistry& calls, const CommandInput& input);

/// The calls of one room, all of them: CallLimits bounds their number.
CommandResult active_calls_of(const RoomJid& room, const CallRegistry& calls,
                              const CommandInput& input);

}  // namespace parley::module
