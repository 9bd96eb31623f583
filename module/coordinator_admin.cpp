/// What administrators and owners of rooms tell the coordinator to do about calls.
#include <utility>

#include "module/admin/active_calls.hpp"
#include "module/admin/call_forms.hpp"
#include "module/admin/fields.hpp"
#include "module/admin/order.hpp"
#include "module/coordinator.hpp"

namespace parley::module {

namespace {

CommandResult failed(std::string note) {
    return {std::move(note), std::nullopt, true};
}

LogLine info(std::string text) {
    return {LogLevel::info, std::move(text)};
}

CommandResult held_by_clients(const Call& call) {
    return failed(
        "The clients hold this call among themselves (Muji): the module sees it and has "
        "no part in it. Who is removed from the room " +
        call.conference->to_string() + " is out of it.");
}

}  // namespace

Coordinator::CommandAnswer Coordinator::on_admin_command(const xmpp::Element& iq, Now now) {
    const auto from = xmpp::Jid::parse(iq.attr("from"));
    const auto room = RoomJid::parse(iq.attr("to"));
    const AdminScope scope = room ? AdminScope::room : AdminScope::server;
    Outputs outputs;
    xmpp::Element child = answer_command(iq, scope, make_uuid_(), [&](const CommandInput& input) {
        const Order order{input, from ? std::optional(*from) : std::nullopt,
                          room ? std::optional(*room) : std::nullopt, now};
        return carry_out(order, outputs);
    });
    return {std::move(child), std::move(outputs)};
}

CommandResult Coordinator::carry_out(const Order& order, Outputs& outputs) {
    switch (order.input.command.task) {
        case AdminTask::active_calls:
            return order.room ? active_calls_of(*order.room, calls_, order.input)
                              : active_calls(calls_, order.input);
        case AdminTask::call:
        case AdminTask::end_call:
        case AdminTask::remove_participant:
            return on_call(order, outputs);
        case AdminTask::forbid_user:
            return forbid_user(order, outputs);
        case AdminTask::allow_user:
            return allow_user(order, outputs);
        case AdminTask::forbidden_users:
            return forbidden_users(order);
        case AdminTask::statistics:
            return statistics(order);
        case AdminTask::drain:
            return drain(order, outputs);
        case AdminTask::resume:
            return resume(order, outputs);
        case AdminTask::reload:
            break;
    }
    return reload(order, outputs);
}

/// The commands that concern one call ask for it first.
CommandResult Coordinator::on_call(const Order& order, Outputs& outputs) {
    const std::string wanted = order.value("call");
    if (wanted.empty()) {
        const auto calls = order.room ? calls_.calls_of(*order.room)
                                      : calls_.after(std::nullopt, calls_offered_max + 1);
        if (calls.empty()) return {"There is no call at the moment."};
        return {{}, call_form(order.input.command, calls)};
    }
    const auto id = CallId::parse(wanted);
    const Call* call = id ? calls_.find(*id) : nullptr;
    if (!call || (order.room && call->room != *order.room)) {
        return failed("There is no such call, or it has ended in the meantime.");
    }
    switch (order.input.command.task) {
        case AdminTask::end_call:
            return end_call(*call, order, outputs);
        case AdminTask::remove_participant:
            return remove_participant(*call, order, outputs);
        default:
            return details_of(*call, order);
    }
}

/// What the SFU measures names the clients' IP addresses: it is for those who run the server.
CommandResult Coordinator::details_of(const Call& call, const Order& order) const {
    std::optional<CallStatistics> measured;
    if (focus_ && call.mode == Mode::sfu && !order.room) {
        measured =
            focus_->statistics(call.id, read_media_ ? read_media_(call.id) : MediaStatistics{});
    }
    xmpp::DataForm details =
        call_details(order.input.command, call, measured ? &*measured : nullptr);
    const std::string note = note_of_rows(details, call.participants.size());
    return {note, std::move(details)};
}

CommandResult Coordinator::end_call(const Call& call, const Order& order, Outputs& outputs) {
    if (call.conference) return held_by_clients(call);
    outputs.emplace_back(info(order.given_by() + " ends the call " + call.id.text() + " in " +
                              call.room.to_string()));
    const std::string text = order.room ? "An owner of the room has ended the call."
                                        : "An administrator has ended the call.";
    const auto report = calls_.stop(call.id, Reason::gone, text, order.now);
    carry_out(*report, order.now, outputs);
    return {"The call has ended."};
}

CommandResult Coordinator::remove_participant(const Call& call, const Order& order,
                                              Outputs& outputs) {
    if (call.conference) return held_by_clients(call);
    const std::string wanted = order.value("participant");
    if (call.participants.empty()) return failed("Nobody is in this call at the moment.");
    if (wanted.empty()) return {{}, participant_form(order.input.command, call)};
    const auto jid = FullJid::parse(wanted);
    if (!jid || !call.participant(*jid)) return failed(wanted + " is not in this call any more.");
    outputs.emplace_back(info(order.given_by() + " removes " + jid->to_string() +
                              " from the call " + call.id.text() + " in " + call.room.to_string()));
    const auto report = calls_.participant_lost(call.id, *jid, Reason::security_error, order.now);
    carry_out(*report, order.now, outputs);
    return {jid->to_string() + " is out of the call, and may accept it again."};
}

}  // namespace parley::module
