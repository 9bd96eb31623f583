#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "module/rooms/room_model.hpp"
#include "xmpp/element.hpp"
#include "xmpp/result.hpp"
#include "xsm/abi.h"
#include "xsm/muc.h"

/// The border: what the host passes becomes a typed value, or is refused.
namespace parley::module {

/// One stanza; refuses what is no XML within xmpp::XmlLimits.
xmpp::Result<xmpp::Element> stanza_in(xsm_view xml);

/// A <presence/> with these children, each of which declares its namespace.
xmpp::Result<xmpp::Element> presence_in(xsm_view payload_xml);

/// A table of options as read_options takes it; borrowed from the host's.
std::vector<std::pair<std::string_view, std::string_view>> options_in(
    std::span<const xsm_option> options);

xmpp::Result<RoomHead> room_in(const xsm_muc_room& room);
xmpp::Result<Occupant> occupant_in(const xsm_muc_occupant& occupant);

/// Unknown numbers of a newer host count as the least powerful, or as having left.
LeaveReason leave_reason_in(xsm_muc_leave_reason reason);

}  // namespace parley::module
