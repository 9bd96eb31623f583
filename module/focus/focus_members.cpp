/// The part of the focus that answers those in a conference: what they want to get of the others,
/// and who is in.
#include <utility>

#include "module/focus/focus_request.hpp"
#include "module/focus/jingle_errors.hpp"
#include "module/focus/roster.hpp"
#include "module/focus/subscription.hpp"

namespace parley::module {

using xmpp::Condition;
using xmpp::ErrorType;

namespace {

const xmpp::Element* subscription_in(const xmpp::Element& iq) {
    return iq.child("subscription", ns::sfu);
}

const xmpp::Element* roster_query_in(const xmpp::Element& iq) {
    return iq.child("conference-info", ns::conference_info);
}

}  // namespace

bool Focus::understands(const xmpp::Element& iq) {
    const bool is_set = iq.attr("type") == "set";
    if (is_set && iq.child("jingle", ns::jingle)) return true;
    const bool is_get = iq.attr("type") == "get";
    return ((is_set || is_get) && subscription_in(iq)) || (is_get && roster_query_in(iq));
}

/// Whether there is the conference is nobody's business but its members'.
Focus::Refused Focus::on_member_iq(const xmpp::Element& iq, const FullJid& client, const CallId& id,
                                   Now now, Result& result) {
    Conference* conference = find(id);
    if (!conference || !conference->find_member(client)) {
        return conference_error(ErrorType::auth, Condition::forbidden,
                                "Only those who are in a conference may ask it.", "not-a-member");
    }
    Member& member = conference->members.at(client);
    xmpp::Element answer = xmpp::iq_result(iq);
    const xmpp::Element* subscription = subscription_in(iq);
    if (!subscription) {
        answer.add(conference_roster(*conference, address_of(id), calls_.find(id)));
    } else if (iq.attr("type") == "get") {
        answer.add(to_element(member.subscription));
    } else {
        if (!changes_.take(client, now.steady)) {
            return too_much("Too many changes of sessions: wait a little.");
        }
        auto wanted = parse_subscription(*subscription);
        if (!wanted) {
            return conference_error(ErrorType::modify, Condition::bad_request,
                                    "Malformed subscription: " + wanted.error().text + ".");
        }
        member.subscription = *wanted;
        result.outputs.emplace_back(
            MediaCommand(SetMediaSubscription{id, client, std::move(*wanted)}));
    }
    result.outputs.emplace_back(RouteStanza{std::move(answer)});
    return std::nullopt;
}

}  // namespace parley::module
