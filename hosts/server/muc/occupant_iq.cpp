#include "hosts/server/muc/occupant_iq.hpp"

#include "hosts/server/muc/replies.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;

constexpr std::string_view ns_vcard = "vcard-temp";

bool is_request(const xmpp::Element& iq) {
    return iq.attr("type") == "get" || iq.attr("type") == "set";
}

}  // namespace

void OccupantIqRelay::handle(const Context& context, const Room& room, const xmpp::Element& iq,
                             const xmpp::Jid& from, const std::string& nick) {
    if (!is_request(iq)) {
        relay_answer(context, iq, from);
        return;
    }
    const Occupant* sender = room.occupant_of(from);
    if (sender == nullptr) {
        refuse(context, iq, muc_error(Condition::not_acceptable, "You are not in this room"));
        return;
    }
    const Occupant* target = room.occupant(nick);
    if (target == nullptr) {
        refuse(context, iq,
               muc_error(Condition::item_not_found, "Nobody in the room has this nickname"));
        return;
    }
    // XEP-0410 s4: the room answers a self-ping for the client.
    if (target == sender && iq.child("ping", xmpp::ns::ping) != nullptr) {
        context.sink.route(xmpp::iq_result(iq));
        return;
    }
    if (auto error = context.hooks.judge_iq(iq))
        refuse(context, iq, std::move(*error));
    else
        relay_request(context, room, iq, *sender, *target);
}

void OccupantIqRelay::relay_request(const Context& context, const Room& room,
                                    const xmpp::Element& iq, const Occupant& sender,
                                    const Occupant& target) {
    forget_expired(context);
    const MucLimits& limits = context.config.limits;
    if (pending_.size() >= limits.pending_iqs_max) {
        refuse(context, iq,
               muc_error(Condition::resource_constraint, "Too many requests wait for an answer"));
        return;
    }
    // A vCard is the account's, not the client's (XEP-0054): the server answers for the bare JID.
    const bool vcard = iq.child_ns(ns_vcard) != nullptr;
    Pending pending{context.random_id(),          vcard ? target.user : target.shown().jid,
                    std::string(iq.attr("from")), std::string(iq.attr("id")),
                    std::string(iq.attr("to")),   context.now() + limits.iq_timeout};
    xmpp::Element relayed = iq;
    relayed.set_attr("from", room.occupant_address(sender.nick));
    relayed.set_attr("to", pending.answerer.to_string());
    relayed.set_attr("id", pending.relay_id);
    pending_.push_back(std::move(pending));
    by_id_.emplace(pending_.back().relay_id, std::prev(pending_.end()));
    context.sink.route(std::move(relayed));
}

void OccupantIqRelay::relay_answer(const Context& context, const xmpp::Element& iq,
                                   const xmpp::Jid& from) {
    const auto found = by_id_.find(std::string(iq.attr("id")));
    if (found == by_id_.end() || found->second->answerer != from) return;
    const Pending pending = std::move(*found->second);
    pending_.erase(found->second);
    by_id_.erase(found);
    xmpp::Element answer = iq;
    answer.set_attr("from", pending.request_to);
    answer.set_attr("to", pending.requester);
    answer.set_attr("id", pending.request_id);
    context.sink.route(std::move(answer));
}

void OccupantIqRelay::forget_expired(const Context& context) {
    const TimePoint now = context.now();
    while (!pending_.empty() && pending_.front().deadline <= now) {
        by_id_.erase(pending_.front().relay_id);
        pending_.pop_front();
    }
}

}  // namespace parley::server::muc
