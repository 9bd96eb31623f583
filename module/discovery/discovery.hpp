#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "module/calls/call.hpp"
#include "module/rooms/room_settings.hpp"
#include "xmpp/element.hpp"

/// What service discovery (XEP-0030) says of calls. Pure.
namespace parley::module {

/// Features of the MUC service and of its rooms; `sfu`: the module runs an SFU.
std::vector<std::string_view> muc_features(bool sfu);

/// Further children for the disco#info of a room: features and the form
/// urn:xmpp:jingle-muc-message:0#room (docs/protocol.md, "Discovery"). None where the owners allow
/// no calls.
std::vector<xmpp::Element> room_info(const std::vector<const Call*>& calls,
                                     const RoomSettings& settings,
                                     const std::optional<xmpp::Jid>& sfu);

/// The <query/> of a disco#info result of the SFU service and of every conference.
xmpp::Element sfu_info();

/// The answer to an IQ get or set at the SFU service that is not Jingle: disco, ping (XEP-0199), or
/// service-unavailable.
xmpp::Element answer_sfu_iq(const xmpp::Element& iq);

}  // namespace parley::module
