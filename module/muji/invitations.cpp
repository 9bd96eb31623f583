#include "module/muji/invitations.hpp"

#include <algorithm>

#include "module/calls/namespaces.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::module {

void Invitations::remember(const CallId& call, Invitation invitation, const FullJid& inviter) {
    entries_.insert_or_assign(call, Entry{std::move(invitation), inviter, std::nullopt});
}

bool Invitations::is_about(const InvitationReply& reply, const Call& call) {
    const auto found = entries_.find(call.id);
    if (found == entries_.end()) return false;
    const Invitation& invitation = found->second.invitation;
    std::optional<std::string>& stanza_id = found->second.stanza_id;
    const bool is_known = std::ranges::any_of(reply.ids, [&](const std::string& id) {
        return id == stanza_id || std::ranges::find(invitation.ids, id) != invitation.ids.end();
    });
    if (is_known) return true;
    if (reply.conference != invitation.conference || stanza_id) return false;
    stanza_id = reply.ids.front();
    return true;
}

const FullJid* Invitations::inviter_of(const CallId& call) const {
    const auto found = entries_.find(call);
    return found == entries_.end() ? nullptr : &found->second.inviter;
}

std::optional<xmpp::Element> Invitations::message_for_late(const Call& call,
                                                           std::string_view from) const {
    const auto found = entries_.find(call.id);
    if (found == entries_.end()) return std::nullopt;
    const auto& [invitation, inviter, stanza_id] = found->second;
    xmpp::Element message("message", xmpp::ns::client);
    message.set_attr("type", "groupchat").set_attr("from", from);
    for (const xmpp::Element& element : invitation.elements)
        message.add(element);
    if (stanza_id) {
        message.add("stanza-id", ns::stanza_ids)
            .set_attr("id", *stanza_id)
            .set_attr("by", call.room.to_string());
    }
    return message;
}

}  // namespace parley::module
