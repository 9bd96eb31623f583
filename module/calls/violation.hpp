#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "module/calls/names.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::module {

/// The rules a call message can break (docs/protocol.md, error table).
enum class Violation : uint8_t {
    wrong_address,     ///< not groupchat, or not to the room's bare JID
    malformed,         ///< not exactly one valid call element
    room_not_private,  ///< not members-only, or not non-anonymous
    may_not_call,      ///< no voice, or affiliation below member
    id_in_use,         ///< proposed id belongs or belonged to a call
    active_call,       ///< the room has as many calls as it may
    no_conference,     ///< no conference of the proposer's at `service`
    unknown_call,
    call_ended,
    already_participant,
    call_full,
    no_session,          ///< accepting without media at the SFU
    rejecting_own_call,  ///< reject by a participant
    not_initiator,       ///< retract by somebody else
    already_accepted,    ///< retract after an accept
    not_participant,     ///< ended by somebody who is not in
    too_many_messages,   ///< rate of call messages of one occupant
    too_many_proposals,  ///< rate of proposals of one user in one room
    draining,            ///< the administrator lets no new calls start
    calls_disabled,      ///< the room's owners allow none
    not_a_moderator,     ///< where owners allow calls of moderators only
    mode_not_allowed,    ///< mesh or SFU, where owners allow only the other
    session_of_others,   ///< a session of a call between clients that are not both in it
    user_forbidden,      ///< an administrator has forbidden the user to take part in calls
};

/// A violation with what the sender should be told beyond the rule itself.
struct Refusal {
    Violation violation;
    std::string detail;                 ///< replaces the rule's own English text where not empty
    std::optional<CallId> active_call;  ///< for active_call: the call that runs
};

/// The stanza error of a refusal: type, defined condition, application condition, text.
xmpp::StanzaError to_stanza_error(const Refusal& refusal);

}  // namespace parley::module
