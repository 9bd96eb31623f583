#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/data_form.hpp"
#include "xmpp/element.hpp"

/// The ad-hoc commands (XEP-0050) for administrators of the server. Pure.
namespace parley::module {

struct AdminCommand {
    std::string_view node;
    std::string_view name;
};

inline constexpr AdminCommand active_calls_command{"urn:parley:admin:0#active-calls",
                                                   "Active group calls"};
inline constexpr AdminCommand call_command{"urn:parley:admin:0#call", "One group call in detail"};
inline constexpr AdminCommand end_call_command{"urn:parley:admin:0#end-call", "End a group call"};
inline constexpr AdminCommand remove_participant_command{"urn:parley:admin:0#remove-participant",
                                                         "Remove a participant from a group call"};
inline constexpr AdminCommand drain_command{"urn:parley:admin:0#drain", "Start no new group calls"};
inline constexpr AdminCommand resume_command{"urn:parley:admin:0#resume",
                                             "Start group calls again"};

inline constexpr std::array admin_commands = {active_calls_command, call_command,
                                              end_call_command,     remove_participant_command,
                                              drain_command,        resume_command};

/// What a command says: that it is done, or what else it must know.
struct CommandResult {
    std::string note;                    ///< for a person; empty: none
    std::optional<xmpp::DataForm> form;  ///< of type form: to be filled in
    bool has_failed = false;             ///< the note says why
};

/// A command, and the form that was filled in for it so far, if any.
using ExecuteCommand =
    std::function<CommandResult(const AdminCommand&, const xmpp::DataForm* submitted)>;

/// Answers the <command/> of an IQ: a <command/> that is completed, cancelled or waits for a form,
/// or an <error/>. No command keeps a session: a form has all that was said before it.
xmpp::Element answer_command(const xmpp::Element& iq, std::string_view session_id,
                             const ExecuteCommand& execute);

}  // namespace parley::module
