#include "module/admin/active_calls.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "module/admin/fields.hpp"

namespace parley::module {

namespace {

using Field = xmpp::DataForm::Field;

std::vector<Field> row(const Call& call) {
    std::vector<std::string> participants;
    for (const Participant& participant : call.participants) {
        participants.push_back(participant.jid.to_string());
    }
    return {cell("room", call.room.to_string()),
            cell("id", call.id.text()),
            cell("mode", std::string(to_string(call.mode))),
            cell("state", std::string(to_string(call.phase))),
            cell("initiator", call.initiator.to_string()),
            cell("participants", std::move(participants)),
            cell("since", to_xmpp_datetime(call.since))};
}

xmpp::DataForm table(const AdminCommand& command, const std::vector<const Call*>& calls) {
    xmpp::DataForm form = form_of(command, xmpp::DataForm::Type::result);
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

/// As many of them as one answer has room for, from the front or from the back.
std::vector<const Call*> with_room(std::vector<const Call*> calls, bool from_back) {
    if (from_back) std::ranges::reverse(calls);
    RowBudget budget;
    const auto end =
        std::ranges::find_if_not(calls, [&](const Call* call) { return budget.takes(row(*call)); });
    calls.erase(end, calls.end());
    if (from_back) std::ranges::reverse(calls);
    return calls;
}

/// The calls on the page, or nothing where the query names no id of a call.
std::optional<std::vector<const Call*>> calls_on(const xmpp::ResultSetQuery& page,
                                                 const CallRegistry& calls) {
    const size_t max =
        std::min(page.max.value_or(active_calls_page_default), active_calls_page_max);
    if (page.before && page.before->empty()) {
        return with_room(calls.before(std::nullopt, max), true);
    }
    if (!page.before && !page.after) {
        return with_room(calls.after(std::nullopt, max), false);
    }
    const auto id = CallId::parse(page.before ? *page.before : *page.after);
    if (!id) return std::nullopt;
    return page.before ? with_room(calls.before(*id, max), true)
                       : with_room(calls.after(*id, max), false);
}

}  // namespace

CommandResult active_calls(const CallRegistry& calls, const CommandInput& input) {
    const auto shown = calls_on(input.page.value_or(xmpp::ResultSetQuery{}), calls);
    if (!shown) return {"A page begins behind a call, or ends before one: name its id.", {}, true};
    xmpp::ResultSetPage page{calls.size()};
    if (!shown->empty()) {
        page.first = shown->front()->id.text();
        page.last = shown->back()->id.text();
    }
    CommandResult result{"", table(input.command, *shown)};
    result.page = page.to_element();
    if (!input.page && shown->size() < calls.size()) {
        result.note = "These are the first " + std::to_string(shown->size()) + " of " +
                      std::to_string(calls.size()) + " calls: ask for further pages (XEP-0059).";
    }
    return result;
}

CommandResult active_calls_of(const RoomJid& room, const CallRegistry& calls,
                              const CommandInput& input) {
    return {"", table(input.command, with_room(calls.calls_of(room), false))};
}

}  // namespace parley::module
