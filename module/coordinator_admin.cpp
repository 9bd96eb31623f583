/// What administrators tell the coordinator to do.
#include <utility>

#include "module/admin/active_calls.hpp"
#include "module/calls/stanza_out.hpp"
#include "module/coordinator.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::module {

namespace {

std::string name_of(const std::optional<xmpp::Jid>& admin) {
    return admin ? admin->to_string() : "an administrator";
}

std::string count_of(size_t number, std::string_view what) {
    return std::to_string(number) + ' ' + std::string(what) + (number == 1 ? "" : "s");
}

xmpp::DataForm::Field shown(std::string var, std::string type, std::string label,
                            std::string value) {
    return {std::move(var), std::move(type), std::move(label), {std::move(value)}, {}, false};
}

}  // namespace

Coordinator::CommandAnswer Coordinator::on_admin_command(const xmpp::Element& iq) {
    const auto from = xmpp::Jid::parse(iq.attr("from"));
    const auto admin = from ? std::optional(*from) : std::nullopt;
    Outputs outputs;
    xmpp::Element child =
        answer_command(iq, make_uuid_(), [&](const AdminCommand& command) -> CommandResult {
            if (command.node == drain_command.node) return drain(admin, outputs);
            if (command.node == resume_command.node) return resume(admin, outputs);
            return active_calls(calls_.all());
        });
    return {std::move(child), std::move(outputs)};
}

CommandResult Coordinator::drain(const std::optional<xmpp::Jid>& admin, Outputs& outputs) {
    if (!calls_.is_draining()) {
        calls_.set_draining(true);
        outputs.emplace_back(LogLine{LogLevel::info, name_of(admin) + " lets no new calls start; " +
                                                         count_of(calls_.all().size(), "call") +
                                                         " still run"});
        for (const Call* call : calls_.all())
            outputs.emplace_back(Broadcast{call->room, draining_message(*call)});
        drain_ = Drain{admin};
        report_if_drained(outputs);
    }
    return drain_status();
}

CommandResult Coordinator::resume(const std::optional<xmpp::Jid>& admin, Outputs& outputs) {
    if (calls_.is_draining()) {
        calls_.set_draining(false);
        drain_.reset();
        outputs.emplace_back(
            LogLine{LogLevel::info, name_of(admin) + " lets new calls start again"});
    }
    return drain_status();
}

CommandResult Coordinator::drain_status() const {
    const auto calls = calls_.all();
    size_t participants = 0;
    for (const Call* call : calls)
        participants += call->participants.size();
    const bool draining = calls_.is_draining();

    CommandResult result;
    const std::string where = node_.empty() ? "" : " on " + node_;
    if (!draining) {
        result.note = "New calls may start" + where + ".";
    } else if (calls.empty()) {
        result.note = "No new calls start" + where + ", and none is left.";
    } else {
        result.note = "No new calls start" + where + "; " + count_of(calls.size(), "call") +
                      " with " + count_of(participants, "participant") +
                      " still run. You get a message when none is left.";
    }
    xmpp::DataForm form;
    form.type = xmpp::DataForm::Type::result;
    form.add(shown("draining", "boolean", "No new calls start", draining ? "1" : "0"));
    if (!node_.empty()) form.add(shown("node", "text-single", "Node", node_));
    form.add(shown("calls", "text-single", "Calls", std::to_string(calls.size())));
    form.add(shown("participants", "text-single", "Participants", std::to_string(participants)));
    result.form = std::move(form);
    return result;
}

/// Once, when the last call has ended: into the log, and to the one who ordered it, where there is
/// an address that such a message can come from.
void Coordinator::report_if_drained(Outputs& outputs) {
    if (!drain_ || drain_->is_reported || !calls_.empty()) return;
    drain_->is_reported = true;
    outputs.emplace_back(LogLine{LogLevel::info, "drained: no call is left"});
    if (!drain_->admin || !focus_) return;
    xmpp::Element message("message", xmpp::ns::client);
    message.set_attr("from", focus_->service().to_string())
        .set_attr("to", drain_->admin->bare().to_string());
    message.add("body").add_text("No call is left" + (node_.empty() ? "" : " on " + node_) + ".");
    outputs.emplace_back(RouteStanza{std::move(message)});
}

}  // namespace parley::module
