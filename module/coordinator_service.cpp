/// What administrators tell the coordinator about the service as a whole.
#include <utility>

#include "module/admin/fields.hpp"
#include "module/admin/order.hpp"
#include "module/admin/user_forms.hpp"
#include "module/calls/stanza_out.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::module {

namespace {

std::string count_of(size_t number, std::string_view what) {
    return std::to_string(number) + ' ' + std::string(what) + (number == 1 ? "" : "s");
}

LogLine info(std::string text) {
    return {LogLevel::info, std::move(text)};
}

CommandResult failed(std::string note) {
    return {std::move(note), std::nullopt, true};
}

}  // namespace

CommandResult Coordinator::forbid_user(const Order& order, Outputs& outputs) {
    const AdminCommand& command = order.input.command;
    if (order.value("user").empty()) return {{}, forbid_form(command)};
    const auto user = xmpp::Jid::parse(order.value("user"));
    if (!user || user->local().empty()) {
        return failed("The user is an address such as alice@example.org.");
    }
    const auto duration = duration_from(order.value("duration"));
    if (!duration) return failed("The duration is a number of seconds, or 0 for ever.");
    ForbiddenUsers::Entry entry{std::nullopt, order.given_by(),
                                bounded_reason(order.value("reason"))};
    if (duration->count() > 0) entry.until = order.now.wall + *duration;
    const std::string until = entry.until ? "until " + to_xmpp_datetime(*entry.until) : "for ever";
    const xmpp::Jid bare = user->bare();
    if (!forbidden_.forbid(bare, std::move(entry), order.now.wall)) {
        return failed("Too many users are forbidden already: allow some of them again.");
    }
    outputs.emplace_back(info(order.given_by() + " forbids " + bare.to_string() +
                              " to take part in calls " + until));
    outputs.emplace_back(StoreForbiddenUsers{forbidden_.to_element(order.now.wall)});
    carry_out(calls_.user_lost(bare, Reason::security_error, order.now), order.now, outputs);
    if (focus_) take(focus_->dismiss_user(bare, Reason::security_error), order.now, outputs);
    return {bare.to_string() + " may not take part in calls " + until + "."};
}

CommandResult Coordinator::allow_user(const Order& order, Outputs& outputs) {
    if (order.value("user").empty()) {
        const auto users = forbidden_.all(order.now.wall);
        if (users.empty()) return {"No user is forbidden to take part in calls."};
        return {{}, allow_form(order.input.command, users)};
    }
    const auto user = xmpp::Jid::parse(order.value("user"));
    if (!user || !forbidden_.allow(user->bare())) {
        return failed(order.value("user") + " is not forbidden to take part in calls.");
    }
    outputs.emplace_back(info(order.given_by() + " allows " + user->bare().to_string() +
                              " to take part in calls again"));
    outputs.emplace_back(StoreForbiddenUsers{forbidden_.to_element(order.now.wall)});
    return {user->bare().to_string() + " may take part in calls again."};
}

CommandResult Coordinator::forbidden_users(const Order& order) const {
    const auto users = forbidden_.all(order.now.wall);
    xmpp::DataForm table = forbidden_users_table(order.input.command, users);
    const std::string note = note_of_rows(table, users.size());
    return {note, std::move(table)};
}

CommandResult Coordinator::statistics(const Order& order) const {
    const Inventory inventory{rooms_.size(), focus_ ? focus_->conference_count() : 0,
                              focus_ ? focus_->session_count() : 0,
                              forbidden_.all(order.now.wall).size()};
    return {{}, statistics_form(order.input.command, counters_, calls_, inventory)};
}

CommandResult Coordinator::reload(const Order& order, Outputs& outputs) {
    outputs.emplace_back(info(order.given_by() + " lets the configuration be read anew"));
    outputs.emplace_back(ReloadOptions{});
    return {
        "The server reads its configuration anew. Its log says what is in force, or which "
        "option is wrong."};
}

CommandResult Coordinator::drain(const Order& order, Outputs& outputs) {
    if (!calls_.is_draining()) {
        calls_.set_draining(true);
        const auto calls = calls_.all();
        outputs.emplace_back(info(order.given_by() + " lets no new calls start; " +
                                  count_of(calls.size(), "call") + " still run"));
        for (const Call* call : calls)
            outputs.emplace_back(Broadcast{call->room, draining_message(*call)});
        drain_ = Drain{order.from};
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
