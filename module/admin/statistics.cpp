#include "module/admin/statistics.hpp"

#include <string>

#include "module/admin/fields.hpp"

namespace parley::module {

xmpp::DataForm statistics_form(const AdminCommand& command, const CallCounters& counters,
                               const CallRegistry& calls, const Inventory& inventory) {
    size_t ringing = 0;
    size_t sfu = 0;
    size_t participants = 0;
    for (const Call* call : calls.all()) {
        ringing += call->phase == Phase::ringing ? 1 : 0;
        sfu += call->mode == Mode::sfu ? 1 : 0;
        participants += call->participants.size();
    }
    xmpp::DataForm form = form_of(command, xmpp::DataForm::Type::result);
    const auto number = [&](std::string_view var, std::string_view label, uint64_t value) {
        form.add({std::string(var),
                  "text-single",
                  std::string(label),
                  {std::to_string(value)},
                  {},
                  false});
    };
    number("calls", "Calls now", calls.size());
    number("calls_ringing", "… that nobody has accepted yet", ringing);
    number("calls_sfu", "… through the server (SFU)", sfu);
    number("participants", "Participants now", participants);
    number("conferences", "Conferences of the SFU", inventory.conferences);
    number("media_sessions", "Media sessions of the SFU", inventory.media_sessions);
    number("rooms", "Rooms", inventory.rooms);
    number("forbidden_users", "Forbidden users", inventory.forbidden_users);
    form.add(
        {"since", "text-single", "Counted since", {to_xmpp_datetime(counters.since)}, {}, false});
    number("calls_proposed", "Calls proposed", counters.calls_proposed);
    number("calls_answered", "… that somebody accepted", counters.calls_answered);
    number("participations", "Participations", counters.participations);
    number("calls_peak", "Most calls at one time", counters.calls_peak);
    number("messages_refused", "Call messages refused", counters.messages_refused);
    return form;
}

}  // namespace parley::module
