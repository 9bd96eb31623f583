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
inline constexpr AdminCommand drain_command{"urn:parley:admin:0#drain", "Start no new group calls"};
inline constexpr AdminCommand resume_command{"urn:parley:admin:0#resume",
                                             "Start group calls again"};

inline constexpr std::array admin_commands = {active_calls_command, drain_command, resume_command};

/// What a command says when it is done.
struct CommandResult {
    std::string note;  ///< for a person; empty: none
    std::optional<xmpp::DataForm> form;
};

/// Answers the <command/> of an IQ: a completed or cancelled <command/>, or an <error/>. `execute`
/// does what the node stands for. Every command has one stage, so none keeps a session.
xmpp::Element answer_command(const xmpp::Element& iq, std::string_view session_id,
                             const std::function<CommandResult(const AdminCommand&)>& execute);

}  // namespace parley::module
