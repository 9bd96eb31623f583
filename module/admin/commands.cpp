#include "module/admin/commands.hpp"

#include <algorithm>

#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::module {

namespace {

xmpp::Element bad_action() {
    const xmpp::StanzaError error{xmpp::ErrorType::modify, xmpp::Condition::bad_request,
                                  "This command is complete when it is executed.",
                                  xmpp::Element("bad-action", xmpp::ns::commands)};
    return error.to_element();
}

xmpp::Element no_such_command() {
    const xmpp::StanzaError error{xmpp::ErrorType::cancel, xmpp::Condition::item_not_found,
                                  "There is no such command.", std::nullopt};
    return error.to_element();
}

}  // namespace

xmpp::Element answer_command(const xmpp::Element& iq, std::string_view session_id,
                             const std::function<CommandResult(const AdminCommand&)>& execute) {
    const xmpp::Element* request = iq.child("command", xmpp::ns::commands);
    const std::string_view action = request ? request->attr("action") : "";
    const bool executes = action.empty() || action == "execute" || action == "complete";
    if (!request || (!executes && action != "cancel")) return bad_action();
    const auto command =
        std::ranges::find(admin_commands, request->attr("node"), &AdminCommand::node);
    if (command == admin_commands.end()) return no_such_command();

    xmpp::Element answer("command", xmpp::ns::commands);
    answer.set_attr("node", command->node)
        .set_attr("sessionid", session_id)
        .set_attr("status", executes ? "completed" : "canceled");
    if (!executes) return answer;
    const CommandResult result = execute(*command);
    if (!result.note.empty()) {
        answer.add("note").set_attr("type", "info").add_text(result.note);
    }
    if (result.form) answer.add(result.form->to_element());
    return answer;
}

}  // namespace parley::module
