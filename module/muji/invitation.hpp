#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "module/calls/call_message.hpp"
#include "module/calls/violation.hpp"
#include "xmpp/element.hpp"

/// Invitations to Muji conferences: call invites (XEP-0482), and the dialect of them that Dino
/// speaks (its own until 0.4, beside the XEP's since 0.5).
namespace parley::module {

/// Octets of an id by which an invitation is spoken of.
inline constexpr size_t invitation_id_bytes_max = 256;

/// <invite/>, <propose/> or both, to one conference.
struct Invitation {
    RoomJid conference;
    Media media;
    std::optional<CallId> id;      ///< that the inviter gave it, where it is a version-4 UUID
    std::vector<std::string> ids;  ///< by which others may speak of it
    std::vector<xmpp::Element> elements;  ///< as they were sent
};

/// accept, reject, retract, left or finish.
struct InvitationReply {
    bool is_retract = false;
    std::vector<std::string> ids;
    std::optional<RoomJid> conference;  ///< that an accept names
};

/// monostate: about calls that are no concern of the module.
using InvitationMessage = std::variant<std::monostate, Invitation, InvitationReply>;

/// Whether a message speaks of invitations at all.
bool has_invitation_element(const xmpp::Element& message);

/// Reads a groupchat <message/>. Invitations that name no Muji conference are no concern. Errors:
/// Violation::malformed with the reason as detail.
tl::expected<InvitationMessage, Refusal> parse_invitation_message(const xmpp::Element& message);

}  // namespace parley::module
