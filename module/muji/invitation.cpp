#include "module/muji/invitation.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "module/calls/namespaces.hpp"
#include "module/jingle/namespaces.hpp"

namespace parley::module {

namespace {

constexpr std::array<std::string_view, 5> replies = {"accept", "reject", "retract", "left",
                                                     "finish"};

tl::unexpected<Refusal> malformed(std::string detail) {
    return tl::unexpected(Refusal{Violation::malformed, std::move(detail), std::nullopt});
}

bool speaks_of_invitations(const xmpp::Element& element) {
    return element.ns() == ns::call_invites || element.ns() == ns::dino_call;
}

bool invites(const xmpp::Element& element) {
    return element.is("invite", ns::call_invites) || element.is("propose", ns::dino_call);
}

bool is_true(std::string_view attribute) {
    return attribute == "true" || attribute == "1";
}

void add_id(std::vector<std::string>& ids, std::string_view id) {
    if (id.empty() || id.size() > invitation_id_bytes_max) return;
    if (std::ranges::find(ids, id) == ids.end()) ids.emplace_back(id);
}

/// The conference that an element names, if any.
tl::expected<std::optional<RoomJid>, Refusal> conference_of(const xmpp::Element& element) {
    std::optional<RoomJid> conference;
    for (const xmpp::Element* method : element.elements()) {
        if (!method->is("muji", ns::muji)) continue;
        const auto room = RoomJid::parse(method->attr("room"));
        if (!room) return malformed("A Muji conference is named by the JID of its room.");
        if (conference) return malformed("An invitation names one Muji conference, not two.");
        conference = *room;
    }
    return conference;
}

tl::expected<void, Refusal> read_invite(const xmpp::Element& element, const RoomJid& conference,
                                        std::optional<Invitation>& invitation) {
    if (invitation && invitation->conference != conference) {
        return malformed("An invitation names one Muji conference, not two.");
    }
    const std::string_view id = element.attr("id");
    if (element.ns() == ns::dino_call && id.empty()) return malformed("An invitation has an id.");
    if (id.size() > invitation_id_bytes_max) {
        return malformed("The id of an invitation has at most " +
                         std::to_string(invitation_id_bytes_max) + " octets.");
    }
    if (!invitation) invitation = Invitation{conference, {}, std::nullopt, {}, {}};
    const bool has_audio = !element.has_attr("audio") || is_true(element.attr("audio"));
    invitation->media.audio |= has_audio;
    invitation->media.video |= is_true(element.attr("video"));
    if (const auto uuid = CallId::parse(id)) invitation->id = *uuid;
    add_id(invitation->ids, id);
    invitation->elements.push_back(element);
    return {};
}

tl::expected<std::optional<Invitation>, Refusal> invitation_in(const xmpp::Element& message) {
    std::optional<Invitation> invitation;
    for (const xmpp::Element* child : message.elements()) {
        if (!invites(*child)) continue;
        const auto conference = conference_of(*child);
        if (!conference) return tl::unexpected(conference.error());
        if (!*conference) continue;
        const auto read = read_invite(*child, **conference, invitation);
        if (!read) return tl::unexpected(read.error());
    }
    if (!invitation) return invitation;
    if (!invitation->media.audio && !invitation->media.video) {
        return malformed("An invitation asks for audio, video or both.");
    }
    add_id(invitation->ids, message.attr("id"));
    if (const xmpp::Element* origin = message.child("origin-id", ns::stanza_ids)) {
        add_id(invitation->ids, origin->attr("id"));
    }
    return invitation;
}

}  // namespace

bool has_invitation_element(const xmpp::Element& message) {
    return std::ranges::any_of(message.elements(), [](const xmpp::Element* child) {
        return speaks_of_invitations(*child);
    });
}

tl::expected<InvitationMessage, Refusal> parse_invitation_message(const xmpp::Element& message) {
    auto invitation = invitation_in(message);
    if (!invitation) return tl::unexpected(invitation.error());
    if (*invitation) return InvitationMessage{std::move(**invitation)};

    InvitationReply reply;
    for (const xmpp::Element* child : message.elements()) {
        const bool is_reply = std::ranges::find(replies, child->name()) != replies.end();
        if (!is_reply || !speaks_of_invitations(*child)) continue;
        reply.is_retract |= child->name() == "retract";
        add_id(reply.ids, child->attr("id"));
        const auto conference = conference_of(*child);
        if (conference && *conference) reply.conference = *conference;
    }
    if (reply.ids.empty()) return InvitationMessage{};
    return InvitationMessage{std::move(reply)};
}

}  // namespace parley::module
