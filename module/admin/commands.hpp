#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/data_form.hpp"
#include "xmpp/element.hpp"
#include "xmpp/result_set.hpp"

/// The ad-hoc commands (XEP-0050) for administrators of the server and for owners of a room. Pure.
namespace parley::module {

enum class AdminTask : uint8_t {
    active_calls,
    call,
    end_call,
    remove_participant,
    forbid_user,
    allow_user,
    forbidden_users,
    statistics,
    drain,
    resume,
    reload,
};

/// Where a command is found, and who may run it.
enum class AdminScope : uint8_t {
    server,  ///< on the domain; administrators
    room,    ///< on each room, about its calls alone; its owners
};

struct AdminCommand {
    AdminTask task;
    AdminScope scope;
    std::string_view node;
    std::string_view name;
    bool is_for_every_node = false;  ///< of a cluster
};

inline constexpr std::array admin_commands = {
    AdminCommand{AdminTask::active_calls, AdminScope::server, "urn:parley:admin:0#active-calls",
                 "Active group calls"},
    AdminCommand{AdminTask::call, AdminScope::server, "urn:parley:admin:0#call",
                 "One group call in detail"},
    AdminCommand{AdminTask::end_call, AdminScope::server, "urn:parley:admin:0#end-call",
                 "End a group call"},
    AdminCommand{AdminTask::remove_participant, AdminScope::server,
                 "urn:parley:admin:0#remove-participant", "Remove a participant from a group call"},
    AdminCommand{AdminTask::forbid_user, AdminScope::server, "urn:parley:admin:0#forbid-user",
                 "Forbid a user to take part in group calls", true},
    AdminCommand{AdminTask::allow_user, AdminScope::server, "urn:parley:admin:0#allow-user",
                 "Allow a user to take part in group calls again", true},
    AdminCommand{AdminTask::forbidden_users, AdminScope::server,
                 "urn:parley:admin:0#forbidden-users",
                 "Users who may not take part in group calls"},
    AdminCommand{AdminTask::statistics, AdminScope::server, "urn:parley:admin:0#statistics",
                 "Statistics of group calls"},
    AdminCommand{AdminTask::drain, AdminScope::server, "urn:parley:admin:0#drain",
                 "Start no new group calls"},
    AdminCommand{AdminTask::resume, AdminScope::server, "urn:parley:admin:0#resume",
                 "Start group calls again"},
    AdminCommand{AdminTask::reload, AdminScope::server, "urn:parley:admin:0#reload",
                 "Read the configuration of group calls anew"},
    AdminCommand{AdminTask::active_calls, AdminScope::room, "urn:parley:room:0#active-calls",
                 "Calls in this room"},
    AdminCommand{AdminTask::call, AdminScope::room, "urn:parley:room:0#call",
                 "One call of this room in detail"},
    AdminCommand{AdminTask::end_call, AdminScope::room, "urn:parley:room:0#end-call",
                 "End a call in this room"},
    AdminCommand{AdminTask::remove_participant, AdminScope::room,
                 "urn:parley:room:0#remove-participant",
                 "Remove a participant from a call in this room"},
};

/// What a command is executed with.
struct CommandInput {
    const AdminCommand& command;
    const xmpp::DataForm* form;  ///< filled in so far; null: nothing yet
    std::optional<xmpp::ResultSetQuery> page;
};

/// What a command says: that it is done, or what else it must know.
struct CommandResult {
    std::string note;                         ///< for a person; empty: none
    std::optional<xmpp::DataForm> form = {};  ///< of type form: to be filled in
    bool has_failed = false;                  ///< the note says why
    std::optional<xmpp::Element> page = {};   ///< <set/> (XEP-0059): where in a list the form is
};

using ExecuteCommand = std::function<CommandResult(const CommandInput&)>;

/// Answers the <command/> of an IQ: a <command/> that is completed, cancelled or waits for a form,
/// or an <error/>. No command keeps a session: a form has all that was said before it.
xmpp::Element answer_command(const xmpp::Element& iq, AdminScope scope, std::string_view session_id,
                             const ExecuteCommand& execute);

}  // namespace parley::module
