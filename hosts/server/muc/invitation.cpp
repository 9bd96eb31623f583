#include "hosts/server/muc/invitation.hpp"

#include <spdlog/spdlog.h>

#include "hosts/server/muc/affiliation_change.hpp"
#include "hosts/server/muc/groupchat.hpp"
#include "hosts/server/muc/replies.hpp"
#include "hosts/server/muc/voice_request.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;

struct Invitation {
    xmpp::Jid invitee;
    std::string reason;
    std::optional<xmpp::Element> continuation;
};

xmpp::Result<std::vector<Invitation>, xmpp::StanzaError> parse_invitations(const MucLimits& limits,
                                                                           const xmpp::Element& x) {
    std::vector<Invitation> invitations;
    for (const xmpp::Element* invite : x.elements()) {
        if (!invite->is("invite", xmpp::ns::muc_user)) continue;
        auto invitee = xmpp::Jid::parse(invite->attr("to"));
        if (!invitee)
            return tl::unexpected(
                muc_error(Condition::jid_malformed, "An invitation names a JID in 'to'"));
        if (invitations.size() == limits.invites_per_message_max)
            return tl::unexpected(muc_error(Condition::policy_violation,
                                            "A message holds at most " +
                                                std::to_string(limits.invites_per_message_max) +
                                                " invitations"));
        Invitation invitation{
            std::move(*invitee),
            bounded_text(*invite, "reason", xmpp::ns::muc_user, limits.reason_octets_max),
            std::nullopt};
        if (const xmpp::Element* continuation = invite->child("continue", xmpp::ns::muc_user))
            invitation.continuation = *continuation;
        invitations.push_back(std::move(invitation));
    }
    return invitations;
}

std::optional<xmpp::StanzaError> check(const MucLimits& limits, const Room& room,
                                       const xmpp::Jid& from,
                                       const std::vector<Invitation>& invitations) {
    if (!room.config().allow_invites && room.affiliation(from) < Affiliation::admin)
        return muc_error(Condition::forbidden, "Only admins and owners invite others to this room");
    for (const Invitation& invitation : invitations)
        if (room.affiliation(invitation.invitee) == Affiliation::outcast)
            return muc_error(Condition::forbidden, "The one you invite is banned from this room");
    if (room.affiliations().size() + invitations.size() > limits.affiliations_per_room_max &&
        room.config().members_only)
        return muc_error(Condition::resource_constraint, "The lists of this room are full");
    return std::nullopt;
}

/// XEP-0045 s9.3: an invitation to a members-only room makes the invitee a member.
bool make_members(const Context& context, Room& room, const std::vector<Invitation>& invitations,
                  const std::string& inviter_nick) {
    std::vector<AffiliationChange> changes;
    for (const Invitation& invitation : invitations)
        if (room.affiliation(invitation.invitee) < Affiliation::member)
            changes.push_back({invitation.invitee.bare(), Affiliation::member, {}, {}});
    if (changes.empty()) return true;
    const auto done = change_affiliations(context, room, changes, inviter_nick);
    if (!done)
        spdlog::error("muc: the lists of {} cannot be stored: {}", room.address(),
                      done.error().text);
    return done.has_value();
}

void deliver(const Context& context, const Room& room, const xmpp::Jid& from,
             const Invitation& invitation, std::string_view id) {
    xmpp::Element message("message", xmpp::ns::client);
    message.set_attr("from", room.address()).set_attr("to", invitation.invitee.to_string());
    message.set_attr("id", id);
    xmpp::Element& x = message.add("x", xmpp::ns::muc_user);
    xmpp::Element& invite = x.add("invite").set_attr("from", from.bare().to_string());
    if (!invitation.reason.empty()) invite.add("reason").add_text(invitation.reason);
    if (invitation.continuation) invite.add(*invitation.continuation);
    if (!room.config().password.empty()) x.add("password").add_text(room.config().password);
    context.sink.route(std::move(message));
}

void handle_invitations(const Context& context, Room& room, const xmpp::Element& message,
                        const xmpp::Jid& from, const xmpp::Element& x) {
    const MucLimits& limits = context.config.limits;
    const auto invitations = parse_invitations(limits, x);
    const auto error =
        invitations ? check(limits, room, from, *invitations) : std::optional(invitations.error());
    if (error) {
        refuse(context, message, *error);
        return;
    }
    const std::string inviter_nick = room.occupant_of(from)->nick;
    if (room.config().members_only && !make_members(context, room, *invitations, inviter_nick)) {
        refuse(context, message,
               muc_error(Condition::internal_server_error,
                         "The server could not store the new member"));
        return;
    }
    for (const Invitation& invitation : *invitations)
        deliver(context, room, from, invitation,
                message.has_attr("id") ? std::string(message.attr("id")) : context.random_id());
}

/// Only somebody in the room can have invited; so a refusal reaches nobody else.
void handle_decline(const Context& context, const Room& room, const xmpp::Element& message,
                    const xmpp::Jid& from, const xmpp::Element& decline) {
    const auto inviter = xmpp::Jid::parse(decline.attr("to"));
    const auto present =
        inviter ? room.occupants_of_user(inviter->bare()) : std::vector<Occupant*>();
    if (present.empty()) {
        refuse(context, message,
               muc_error(Condition::item_not_found, "The inviter is not in the room"));
        return;
    }
    xmpp::Element relayed("message", xmpp::ns::client);
    relayed.set_attr("from", room.address());
    relayed.set_attr("id", message.has_attr("id") ? message.attr("id") : context.random_id());
    xmpp::Element& copy = relayed.add("x", xmpp::ns::muc_user).add("decline");
    copy.set_attr("from", from.bare().to_string());
    const std::string reason = bounded_text(decline, "reason", xmpp::ns::muc_user,
                                            context.config.limits.reason_octets_max);
    if (!reason.empty()) copy.add("reason").add_text(reason);
    for (const Occupant* occupant : present) {
        for (const Session& session : occupant->sessions) {
            relayed.set_attr("to", session.jid.to_string());
            context.sink.route(relayed);
        }
    }
}

void handle_other(const Context& context, Room& room, xmpp::Element message,
                  const xmpp::Jid& from) {
    bool judged = false;
    const auto passed =
        judge(context, room, *room.occupant_of(from), from, std::move(message), judged);
    if (passed)
        refuse(
            context, *passed,
            muc_error(Condition::bad_request, "A message to the room must be of type groupchat"));
}

}  // namespace

void handle_room_message(const Context& context, Room& room, xmpp::Element message,
                         const xmpp::Jid& from) {
    const xmpp::Element* x = message.child("x", xmpp::ns::muc_user);
    if (x != nullptr && x->child("decline", xmpp::ns::muc_user) != nullptr) {
        handle_decline(context, room, message, from, *x->child("decline", xmpp::ns::muc_user));
        return;
    }
    if (room.occupant_of(from) == nullptr) {
        refuse(context, message, muc_error(Condition::not_acceptable, "You are not in this room"));
        return;
    }
    if (x != nullptr && x->child("invite", xmpp::ns::muc_user) != nullptr) {
        handle_invitations(context, room, message, from, *x);
        return;
    }
    if (const xmpp::Element* data = message.child("x", xmpp::ns::data_form)) {
        const auto form = xmpp::DataForm::parse(*data);
        if (form && form->form_type() == voice_form_type) {
            handle_voice_form(context, room, message, from, *form);
            return;
        }
    }
    handle_other(context, room, std::move(message), from);
}

}  // namespace parley::server::muc
