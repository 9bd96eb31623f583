#include "module/admin/active_calls.hpp"

#include <string>
#include <utility>

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
    form.title = active_calls_command.name;
    form.add({"FORM_TYPE", "hidden", {}, {std::string(active_calls_command.node)}, {}, false});
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

}  // namespace

CommandResult active_calls(const std::vector<const Call*>& calls) {
    return {"", table(calls)};
}

}  // namespace parley::module
