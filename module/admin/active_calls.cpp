#include "module/admin/active_calls.hpp"

#include <string>

#include "xmpp/data_form.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::module {

namespace {

using Field = xmpp::DataForm::Field;

Field column(std::string var, std::string type, std::string label) {
    return {std::move(var), std::move(type), std::move(label), {}, {}, false};
}

Field cell(std::string var, std::vector<std::string> values) {
    return {std::move(var), {}, {}, std::move(values), {}, false};
}

std::vector<Field> row(const Call& call) {
    std::vector<std::string> participants;
    for (const Participant& participant : call.participants) {
        participants.push_back(participant.jid.to_string());
    }
    return {cell("room", {call.room.to_string()}),
            cell("id", {call.id.text()}),
            cell("mode", {std::string(to_string(call.mode))}),
            cell("state", {std::string(to_string(call.phase))}),
            cell("initiator", {call.initiator.to_string()}),
            cell("participants", std::move(participants)),
            cell("since", {to_xmpp_datetime(call.since)})};
}

xmpp::DataForm table(const std::vector<const Call*>& calls) {
    xmpp::DataForm form;
    form.type = xmpp::DataForm::Type::result;
    form.title = active_calls_name;
    form.add({"FORM_TYPE", "hidden", {}, {std::string(active_calls_node)}, {}, false});
    form.reported = {column("room", "jid-single", "Room"),
                     column("id", "text-single", "Call"),
                     column("mode", "text-single", "Mode"),
                     column("state", "text-single", "State"),
                     column("initiator", "jid-single", "Proposed by"),
                     column("participants", "jid-multi", "Participants"),
                     column("since", "text-single", "Since")};
    for (const Call* call : calls)
        form.items.push_back(row(*call));
    return form;
}

xmpp::Element bad_action() {
    xmpp::StanzaError error{xmpp::ErrorType::modify, xmpp::Condition::bad_request,
                            "This command is complete when it is executed.",
                            xmpp::Element("bad-action", xmpp::ns::commands)};
    return error.to_element();
}

}  // namespace

xmpp::Element answer_active_calls(const xmpp::Element& iq, const std::vector<const Call*>& calls,
                                  std::string_view session_id) {
    const xmpp::Element* command = iq.child("command", xmpp::ns::commands);
    const std::string_view action = command ? command->attr("action") : "";
    const bool executes = action.empty() || action == "execute" || action == "complete";
    if (!command || (!executes && action != "cancel")) return bad_action();

    xmpp::Element answer("command", xmpp::ns::commands);
    answer.set_attr("node", active_calls_node)
        .set_attr("sessionid", session_id)
        .set_attr("status", executes ? "completed" : "canceled");
    if (!executes) return answer;
    if (calls.empty()) {
        answer.add("note").set_attr("type", "info").add_text("There is no call at the moment.");
    }
    answer.add(table(calls).to_element());
    return answer;
}

}  // namespace parley::module
