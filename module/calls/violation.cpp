#include "module/calls/violation.hpp"

#include <array>

#include "module/calls/namespaces.hpp"

namespace parley::module {

namespace {

using xmpp::Condition;
using xmpp::ErrorType;

struct Rule {
    Violation violation;
    ErrorType type;
    Condition condition;
    std::string_view application;
    std::string_view text;
};

constexpr std::array rules = {
    Rule{Violation::wrong_address, ErrorType::modify, Condition::bad_request,
         "malformed-call-message",
         "Call messages are of type groupchat and go to the room itself."},
    Rule{Violation::malformed, ErrorType::modify, Condition::bad_request, "malformed-call-message",
         "This is not a valid call message."},
    Rule{Violation::room_not_private, ErrorType::cancel, Condition::not_allowed, "room-not-private",
         "Calls are for private rooms: this room must be members-only and show everybody's real "
         "address. An owner can change that in the room's configuration."},
    Rule{Violation::may_not_call, ErrorType::auth, Condition::forbidden, "not-a-member",
         "Only members of the room who may speak in it can take part in its calls."},
    Rule{Violation::id_in_use, ErrorType::cancel, Condition::conflict, "call-id-in-use",
         "A call with this id exists or has existed: propose with a fresh UUID."},
    Rule{Violation::active_call, ErrorType::cancel, Condition::conflict, "active-call",
         "A call is running in this room: join that one."},
    Rule{Violation::no_conference, ErrorType::cancel, Condition::item_not_found, "no-conference",
         "There is no conference of yours with this id for this room at that service: start a "
         "session with it first, and wait until it is accepted."},
    Rule{Violation::unknown_call, ErrorType::cancel, Condition::item_not_found, "unknown-call",
         "There is no such call in this room."},
    Rule{Violation::call_ended, ErrorType::cancel, Condition::item_not_found, "call-ended",
         "This call has ended."},
    Rule{Violation::already_participant, ErrorType::cancel, Condition::conflict,
         "already-participant", "You are in this call already."},
    Rule{Violation::call_full, ErrorType::wait, Condition::resource_constraint, "call-full",
         "The call has as many participants as this server allows."},
    Rule{Violation::no_session, ErrorType::wait, Condition::unexpected_request, "no-session",
         "Start a media session with the conference first, and accept when it is up."},
    Rule{Violation::rejecting_own_call, ErrorType::modify, Condition::unexpected_request,
         "already-participant", "You are in this call: leave it with an ended message instead."},
    Rule{Violation::not_initiator, ErrorType::modify, Condition::unexpected_request,
         "not-initiator", "Only the one who proposed a call can retract it."},
    Rule{Violation::already_accepted, ErrorType::modify, Condition::unexpected_request,
         "call-active", "The call was accepted already: leave it with an ended message instead."},
    Rule{Violation::not_participant, ErrorType::modify, Condition::unexpected_request,
         "not-participant", "You are not in this call."},
    Rule{Violation::too_many_messages, ErrorType::wait, Condition::resource_constraint,
         "rate-limited", "Too many call messages: wait a little."},
    Rule{Violation::too_many_proposals, ErrorType::wait, Condition::resource_constraint,
         "rate-limited", "Too many calls proposed in this room: wait a little."},
    Rule{Violation::draining, ErrorType::wait, Condition::service_unavailable, "draining",
         "The call service is about to be restarted and starts no new calls: try again later."},
    Rule{Violation::calls_disabled, ErrorType::cancel, Condition::not_allowed, "calls-disabled",
         "The owners of this room allow no calls in it."},
    Rule{Violation::not_a_moderator, ErrorType::auth, Condition::forbidden, "not-a-moderator",
         "Only moderators who may speak can take part in the calls of this room."},
    Rule{Violation::mode_not_allowed, ErrorType::cancel, Condition::not_allowed, "mode-not-allowed",
         "The owners of this room allow only calls of the other kind: through the server, or "
         "directly between the participants."},
    Rule{Violation::session_of_others, ErrorType::auth, Condition::forbidden, "not-participant",
         "Sessions of this call are for its participants among themselves: accept the call "
         "first."},
    Rule{Violation::user_forbidden, ErrorType::auth, Condition::forbidden, "user-forbidden",
         "An administrator of this server has forbidden you to take part in calls."},
};

constexpr bool in_order() {
    for (size_t i = 0; i < rules.size(); ++i) {
        if (static_cast<size_t>(rules[i].violation) != i) return false;
    }
    return true;
}

static_assert(in_order() && rules.size() == static_cast<size_t>(Violation::user_forbidden) + 1);

}  // namespace

xmpp::StanzaError to_stanza_error(const Refusal& refusal) {
    const Rule& rule = rules[static_cast<size_t>(refusal.violation)];
    xmpp::Element application(rule.application, ns::call);
    if (refusal.active_call) application.set_attr("id", refusal.active_call->text());
    return {rule.type, rule.condition,
            refusal.detail.empty() ? std::string(rule.text) : refusal.detail,
            std::move(application)};
}

}  // namespace parley::module
