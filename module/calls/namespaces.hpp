#pragma once

#include <string_view>

/// The namespaces of call messages (docs/protocol.md).
namespace parley::module::ns {

inline constexpr std::string_view call = "urn:xmpp:jingle-muc-message:0";  ///< mesh; all conditions
inline constexpr std::string_view call_sfu = "urn:xmpp:jingle-muc-media-sfu:0";
inline constexpr std::string_view call_invites = "urn:xmpp:call-invites:0";  ///< XEP-0482
inline constexpr std::string_view dino_call = "urn:xmpp:call-message:1";     ///< before it
inline constexpr std::string_view stanza_ids = "urn:xmpp:sid:0";             ///< XEP-0359
inline constexpr std::string_view room_form = "urn:xmpp:jingle-muc-message:0#room";

}  // namespace parley::module::ns
