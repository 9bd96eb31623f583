#pragma once

#include <vector>

#include "module/admin/commands.hpp"
#include "module/calls/call.hpp"

namespace parley::module {

/// Every call as a table, a result form of many items.
CommandResult active_calls(const std::vector<const Call*>& calls);

}  // namespace parley::module
