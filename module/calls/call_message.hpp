#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include "module/calls/names.hpp"
#include "module/calls/violation.hpp"
#include "xmpp/element.hpp"

namespace parley::module {

/// Who carries the media: the participants among themselves, or an SFU. In a muji call it is the
/// participants, too, and the module only sees it (docs/protocol.md, "Muji and call invites").
enum class Mode : uint8_t { mesh, sfu, muji };

/// Which kinds of media a call or a participant has.
struct Media {
    bool audio = false;
    bool video = false;
    bool operator==(const Media&) const = default;
};

enum class Action : uint8_t { propose, accept, reject, retract, ended };

std::string_view to_string(Mode mode);      ///< "mesh", "sfu", "muji"
std::string_view namespace_of(Mode mode);   ///< of what is said of it
std::string to_string(const Media& media);  ///< "audio", "video", "audio video" or empty
std::string_view to_string(Action action);  ///< the element's name
std::optional<Action> action_from(std::string_view name);

/// Octets of one call message as the client sent it, payload of others included.
inline constexpr size_t call_message_bytes_max = 16 * 1024;

/// What an occupant says about a call (docs/protocol.md, "Call messages").
struct CallMessage {
    Mode mode = Mode::mesh;
    Action action = Action::propose;
    CallId id;
    Media media;                       ///< propose: one or both; accept: maybe; others: none
    std::optional<xmpp::Jid> service;  ///< propose in SFU mode
};

/// Whether a message speaks of calls at all: a direct child in one of the call namespaces.
bool has_call_element(const xmpp::Element& message);

/// Reads the one call element of a <message/>. Siblings in other namespaces (hints, a body,
/// origin-id) are no concern of ours. Errors: Violation::malformed with the reason as detail.
tl::expected<CallMessage, Refusal> parse_call_message(const xmpp::Element& message);

/// Marks the call element as the module's word: the participant's position and real JID, or no mark
/// where the message makes nobody a participant. Returns whether the message changed.
bool stamp(xmpp::Element& message, std::optional<Position> position, const FullJid& participant);

}  // namespace parley::module
