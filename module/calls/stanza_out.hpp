#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "module/calls/call.hpp"
#include "module/jingle/reason.hpp"
#include "xmpp/element.hpp"

/// Values to stanzas: everything the module says about calls in a room.
namespace parley::module {

/// Tells the room that a guest takes part: `accept` from the room.
xmpp::Element guest_accepted_message(const Call& call, const Participant& guest);

/// `ended` of one participant, from its occupant JID (a guest's: from the room), with the reason.
xmpp::Element participant_ended_message(const Call& call, const Participant& participant,
                                        Reason reason);

/// `ended` of the whole call, from the room.
xmpp::Element call_ended_message(const RoomJid& room, const CallId& id, Mode mode, Reason reason,
                                 std::string_view text);

/// Tells a room with this call that the service starts no new ones; with a <body/> for clients that
/// know nothing of it.
xmpp::Element draining_message(const Call& call);

/// <calls xmlns='urn:xmpp:jingle-muc-message:0'/>: every call with its participants.
xmpp::Element calls_element(const std::vector<const Call*>& calls);

/// The messages of a call that a newcomer missed, in order and delayed (XEP-0203): propose, the
/// accepts of those still in, and the initiator's ended where it is in the room but not in the
/// call. Without the initiator in the room (`initiator_in_room`) the propose comes from the room
/// itself, unstamped.
std::vector<xmpp::Element> late_join_messages(const Call& call, bool initiator_in_room);

/// The same calls as <calls/>, from the room.
xmpp::Element calls_message(const RoomJid& room, const std::vector<const Call*>& calls);

}  // namespace parley::module
