#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "module/calls/call_message.hpp"
#include "module/calls/names.hpp"
#include "module/calls/time.hpp"

namespace parley::module {

/// One client in a call.
struct Participant {
    FullJid jid;
    Nick nick;
    Position position;
    Media media;
    WallTime since;
    bool is_guest = false;  ///< not in the room: knew the call's id
};

/// ringing: proposed, only the initiator in it. active: somebody accepted. ended: for ever.
enum class Phase : uint8_t { ringing, active, ended };

std::string_view to_string(Phase phase);

/// A group call of a room, as everybody may see it.
struct Call {
    CallId id;
    RoomJid room;
    Mode mode;
    Media media;
    std::optional<xmpp::Jid> service;  ///< the SFU, in SFU mode
    FullJid initiator;
    Nick initiator_nick;  ///< as of its last participation
    WallTime since;
    Phase phase = Phase::ringing;
    std::vector<Participant> participants;  ///< in order of acceptance, so by position
    std::optional<RoomJid> conference;      ///< whose occupants they are, of a muji call

    const Participant* participant(const FullJid& jid) const;
    Participant* participant(const FullJid& jid);
};

}  // namespace parley::module
