#pragma once

#include <vector>

#include "module/admin/commands.hpp"
#include "module/calls/call.hpp"

namespace parley::module {

/// Every call as a table, a result form of many items. It says of what it is where there is no
/// call, too, and a host may append the calls of other instances: so there is no word about their
/// number.
CommandResult active_calls(const std::vector<const Call*>& calls);

}  // namespace parley::module
