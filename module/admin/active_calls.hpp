#pragma once

#include <string_view>
#include <vector>

#include "module/calls/call.hpp"
#include "xmpp/element.hpp"

/// The ad-hoc command (XEP-0050) that shows an administrator every call. Pure.
namespace parley::module {

inline constexpr std::string_view active_calls_node = "urn:parley:admin:0#active-calls";
inline constexpr std::string_view active_calls_name = "Active group calls";

/// Answers the <command/> of an IQ: a completed <command/> with the table as a result form, or an
/// <error/>. The command has one stage, so it keeps no session.
xmpp::Element answer_active_calls(const xmpp::Element& iq, const std::vector<const Call*>& calls,
                                  std::string_view session_id);

}  // namespace parley::module
