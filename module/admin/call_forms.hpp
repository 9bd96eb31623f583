#pragma once

#include <vector>

#include "module/admin/commands.hpp"
#include "module/calls/call.hpp"
#include "module/focus/media_statistics.hpp"

/// The forms by which an administrator names a call or a participant, and reads of one.
namespace parley::module {

/// How many calls are offered for a choice; where there are more, the id is typed in.
inline constexpr size_t calls_offered_max = 200;

/// Asks which call.
xmpp::DataForm call_form(const AdminCommand& command, const std::vector<const Call*>& calls);

/// Asks which of the call's participants.
xmpp::DataForm participant_form(const AdminCommand& command, const Call& call);

/// A call with a row for each participant, and what is measured of each unless that is null.
xmpp::DataForm call_details(const AdminCommand& command, const Call& call,
                            const CallStatistics* measured);

}  // namespace parley::module
