#include "module/admin/call_forms.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "module/admin/fields.hpp"
#include "module/admin/media_columns.hpp"

namespace parley::module {

namespace {

std::string label_of(const Call& call) {
    return call.room.to_string() + ", " + std::to_string(call.participants.size()) +
           " in it, since " + to_xmpp_datetime(call.since);
}

}  // namespace

xmpp::DataForm call_form(const AdminCommand& command, const std::vector<const Call*>& calls) {
    xmpp::DataForm form = form_of(command, xmpp::DataForm::Type::form);
    const bool is_choice = calls.size() <= calls_offered_max;
    xmpp::DataForm::Field field{"call", is_choice ? "list-single" : "text-single", "Call", {}, {},
                                true};
    for (const Call* call : calls) {
        if (is_choice) field.options.push_back({label_of(*call), call->id.text()});
    }
    form.add(std::move(field));
    return form;
}

xmpp::DataForm participant_form(const AdminCommand& command, const Call& call) {
    xmpp::DataForm form = form_of(command, xmpp::DataForm::Type::form);
    form.add({"call", "hidden", {}, {call.id.text()}, {}, false});
    xmpp::DataForm::Field field{"participant", "list-single", "Participant", {}, {}, true};
    for (const Participant& participant : call.participants) {
        field.options.push_back({participant.nick.value + " (" + participant.jid.to_string() + ")",
                                 participant.jid.to_string()});
    }
    form.add(std::move(field));
    return form;
}

xmpp::DataForm call_details(const AdminCommand& command, const Call& call,
                            const CallStatistics* measured) {
    xmpp::DataForm form = form_of(command, xmpp::DataForm::Type::result);
    form.add(shown("room", "jid-single", "Room", call.room.to_string()));
    form.add(shown("id", "text-single", "Call", call.id.text()));
    form.add(shown("mode", "text-single", "Mode", std::string(to_string(call.mode))));
    if (call.conference) {
        form.add(
            shown("conference", "jid-single", "Conference room", call.conference->to_string()));
    }
    form.add(shown("state", "text-single", "State", std::string(to_string(call.phase))));
    form.add(shown("media", "text-single", "Media", to_string(call.media)));
    form.add(shown("initiator", "jid-single", "Proposed by", call.initiator.to_string()));
    form.add(shown("since", "text-single", "Since", to_xmpp_datetime(call.since)));
    form.reported = {column("position", "text-single", "Position"),
                     column("nick", "text-single", "Nick"), column("jid", "jid-single", "Address"),
                     column("media", "text-single", "Media"),
                     column("since", "text-single", "Since")};
    if (measured) std::ranges::move(media_columns(), std::back_inserter(form.reported));
    RowBudget budget;
    for (const Participant& participant : call.participants) {
        std::vector<xmpp::DataForm::Field> row = {
            cell("position", std::to_string(participant.position.value)),
            cell("nick", participant.nick.value), cell("jid", participant.jid.to_string()),
            cell("media", to_string(participant.media)),
            cell("since", to_xmpp_datetime(participant.since))};
        if (measured) {
            const auto found = measured->find(participant.jid);
            std::ranges::move(media_cells(found == measured->end() ? nullptr : &found->second),
                              std::back_inserter(row));
        }
        if (!budget.takes(row)) break;
        form.items.push_back(std::move(row));
    }
    return form;
}

}  // namespace parley::module
