#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "module/admin/commands.hpp"
#include "module/admin/forbidden_users.hpp"

/// The forms by which an administrator keeps users out of calls.
namespace parley::module {

using ForbiddenUserList = std::vector<std::pair<xmpp::Jid, ForbiddenUsers::Entry>>;

/// How many users are offered for a choice; where there are more, the address is typed in.
inline constexpr size_t users_offered_max = 200;

/// Octets of a reason that are kept.
inline constexpr size_t forbid_reason_octets_max = 500;

/// Asks whom to forbid calls, how long and why.
xmpp::DataForm forbid_form(const AdminCommand& command);

/// Seconds, at most ten years; 0: for ever. Empty text: what the form offers first.
std::optional<std::chrono::seconds> duration_from(std::string_view text);

/// The reason, cut at a character where it is too long.
std::string bounded_reason(std::string reason);

/// Asks which of these users is allowed again.
xmpp::DataForm allow_form(const AdminCommand& command, const ForbiddenUserList& users);

xmpp::DataForm forbidden_users_table(const AdminCommand& command, const ForbiddenUserList& users);

}  // namespace parley::module
