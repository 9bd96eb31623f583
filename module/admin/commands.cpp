#include "module/admin/commands.hpp"

#include <algorithm>

#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::module {

namespace {

xmpp::Element bad_request(std::string text, std::string_view application) {
    return xmpp::StanzaError{xmpp::ErrorType::modify, xmpp::Condition::bad_request, std::move(text),
                             xmpp::Element(application, xmpp::ns::commands)}
        .to_element();
}

xmpp::Element no_such_command() {
    return xmpp::StanzaError{xmpp::ErrorType::cancel, xmpp::Condition::item_not_found,
                             "There is no such command.", std::nullopt}
        .to_element();
}

bool is_executed_by(std::string_view action) {
    return action.empty() || action == "execute" || action == "next" || action == "complete";
}

void add_result(xmpp::Element& answer, const CommandResult& result) {
    const bool asks = result.form && result.form->type == xmpp::DataForm::Type::form;
    answer.set_attr("status", asks ? "executing" : "completed");
    if (asks) answer.add("actions").set_attr("execute", "complete").add("complete");
    if (!result.note.empty()) {
        answer.add("note")
            .set_attr("type", result.has_failed ? "error" : "info")
            .add_text(result.note);
    }
    if (result.form) answer.add(result.form->to_element());
    if (result.page) answer.add(*result.page);
}

}  // namespace

xmpp::Element answer_command(const xmpp::Element& iq, AdminScope scope, std::string_view session_id,
                             const ExecuteCommand& execute) {
    const xmpp::Element* request = iq.child("command", xmpp::ns::commands);
    const std::string_view action = request ? request->attr("action") : "";
    if (!request || (!is_executed_by(action) && action != "cancel")) {
        return bad_request("This command can be executed or cancelled.", "bad-action");
    }
    const auto command = std::ranges::find_if(admin_commands, [&](const AdminCommand& known) {
        return known.scope == scope && known.node == request->attr("node");
    });
    if (command == admin_commands.end()) return no_such_command();

    xmpp::Element answer("command", xmpp::ns::commands);
    answer.set_attr("node", command->node)
        .set_attr("sessionid",
                  request->has_attr("sessionid") ? request->attr("sessionid") : session_id);
    if (action == "cancel") {
        answer.set_attr("status", "canceled");
        return answer;
    }
    std::optional<xmpp::DataForm> submitted;
    if (const xmpp::Element* x = request->child("x", xmpp::ns::data_form)) {
        auto form = xmpp::DataForm::parse(*x);
        if (!form) return bad_request(form.error().text + ".", "bad-payload");
        submitted = std::move(*form);
    }
    std::optional<xmpp::ResultSetQuery> page;
    if (const xmpp::Element* set = request->child("set", xmpp::ns::result_set)) {
        auto query = xmpp::ResultSetQuery::parse(*set);
        if (!query) return bad_request(query.error().text + ".", "bad-payload");
        page = std::move(*query);
    }
    add_result(answer, execute({*command, submitted ? &*submitted : nullptr, std::move(page)}));
    return answer;
}

}  // namespace parley::module
