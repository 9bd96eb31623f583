/// What administrators tell the coordinator to do.
#include <utility>

#include "module/admin/active_calls.hpp"
#include "module/admin/call_forms.hpp"
#include "module/calls/stanza_out.hpp"
#include "module/coordinator.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::module {

struct Coordinator::Order {
    std::optional<xmpp::Jid> admin;
    const xmpp::DataForm* form;  ///< filled in so far, or null
    Now now;

    std::string given_by() const { return admin ? admin->to_string() : "an administrator"; }

    std::string value(std::string_view var) const {
        return form ? std::string(form->value(var)) : std::string();
    }
};

namespace {

std::string count_of(size_t number, std::string_view what) {
    return std::to_string(number) + ' ' + std::string(what) + (number == 1 ? "" : "s");
}

xmpp::DataForm::Field shown(std::string var, std::string type, std::string label,
                            std::string value) {
    return {std::move(var), std::move(type), std::move(label), {std::move(value)}, {}, false};
}

LogLine info(std::string text) {
    return {LogLevel::info, std::move(text)};
}

CommandResult failed(std::string note) {
    return {std::move(note), std::nullopt, true};
}

}  // namespace

Coordinator::CommandAnswer Coordinator::on_admin_command(const xmpp::Element& iq, Now now) {
    const auto from = xmpp::Jid::parse(iq.attr("from"));
    Order order{from ? std::optional(*from) : std::nullopt, nullptr, now};
    Outputs outputs;
    xmpp::Element child = answer_command(
        iq, make_uuid_(), [&](const AdminCommand& command, const xmpp::DataForm* submitted) {
            order.form = submitted;
            return carry_out(command, order, outputs);
        });
    return {std::move(child), std::move(outputs)};
}

CommandResult Coordinator::carry_out(const AdminCommand& command, const Order& order,
                                     Outputs& outputs) {
    if (command.node == active_calls_command.node) return active_calls(calls_.all());
    if (command.node == drain_command.node) return drain(order, outputs);
    if (command.node == resume_command.node) return resume(order, outputs);
    return on_call(command, order, outputs);
}

/// The commands that concern one call ask for it first.
CommandResult Coordinator::on_call(const AdminCommand& command, const Order& order,
                                   Outputs& outputs) {
    const auto calls = calls_.all();
    if (calls.empty()) return {"There is no call at the moment.", std::nullopt};
    const std::string wanted = order.value("call");
    if (wanted.empty()) return {{}, call_form(command, calls)};
    const auto id = CallId::parse(wanted);
    const Call* call = id ? calls_.find(*id) : nullptr;
    if (!call) return failed("There is no such call, or it has ended in the meantime.");
    if (command.node == end_call_command.node) return end_call(*call, order, outputs);
    if (command.node == call_command.node) return {{}, call_details(*call)};
    return remove_participant(*call, order, outputs);
}

CommandResult Coordinator::end_call(const Call& call, const Order& order, Outputs& outputs) {
    outputs.emplace_back(info(order.given_by() + " ends the call " + call.id.text() + " in " +
                              call.room.to_string()));
    const auto report =
        calls_.stop(call.id, Reason::gone, "An administrator has ended the call.", order.now);
    carry_out(*report, order.now, outputs);
    return {"The call has ended.", std::nullopt};
}

CommandResult Coordinator::remove_participant(const Call& call, const Order& order,
                                              Outputs& outputs) {
    const std::string wanted = order.value("participant");
    if (call.participants.empty()) return failed("Nobody is in this call at the moment.");
    if (wanted.empty()) return {{}, participant_form(remove_participant_command, call)};
    const auto jid = FullJid::parse(wanted);
    if (!jid || !call.participant(*jid)) return failed(wanted + " is not in this call any more.");
    outputs.emplace_back(info(order.given_by() + " removes " + jid->to_string() +
                              " from the call " + call.id.text() + " in " + call.room.to_string()));
    const auto report = calls_.participant_lost(call.id, *jid, Reason::security_error, order.now);
    carry_out(*report, order.now, outputs);
    return {jid->to_string() + " is out of the call, and may accept it again.", std::nullopt};
}

CommandResult Coordinator::drain(const Order& order, Outputs& outputs) {
    if (!calls_.is_draining()) {
        calls_.set_draining(true);
        const auto calls = calls_.all();
        outputs.emplace_back(info(order.given_by() + " lets no new calls start; " +
                                  count_of(calls.size(), "call") + " still run"));
        for (const Call* call : calls)
            outputs.emplace_back(Broadcast{call->room, draining_message(*call)});
        drain_ = Drain{order.admin};
        report_if_drained(outputs);
    }
    return drain_status();
}

CommandResult Coordinator::resume(const Order& order, Outputs& outputs) {
    if (calls_.is_draining()) {
        calls_.set_draining(false);
        drain_.reset();
        outputs.emplace_back(info(order.given_by() + " lets new calls start again"));
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
    outputs.emplace_back(info("drained: no call is left"));
    if (!drain_->admin || !focus_) return;
    xmpp::Element message("message", xmpp::ns::client);
    message.set_attr("from", focus_->service().to_string())
        .set_attr("to", drain_->admin->bare().to_string());
    message.add("body").add_text("No call is left" + (node_.empty() ? "" : " on " + node_) + ".");
    outputs.emplace_back(RouteStanza{std::move(message)});
}

}  // namespace parley::module
