#pragma once

#include <cstdint>
#include <map>

#include "module/calls/names.hpp"

namespace parley::module {

/// XEP-0045 s5.2, in order of power.
enum class Affiliation : uint8_t { outcast, none, member, admin, owner };
/// XEP-0045 s5.1, in order of power.
enum class Role : uint8_t { none, visitor, participant, moderator };

/// One client in a room.
struct Occupant {
    FullJid jid;
    Nick nick;
    Affiliation affiliation = Affiliation::none;
    Role role = Role::none;
    bool operator==(const Occupant&) const = default;
};

/// What a room's configuration means for calls.
struct RoomPrivacy {
    bool members_only = false;
    bool non_anonymous = false;
    bool operator==(const RoomPrivacy&) const = default;
};

/// A room as an event tells of it.
struct RoomHead {
    RoomJid jid;
    RoomPrivacy privacy;
    uint64_t generation = 0;  ///< grows by one with each event of the room
};

/// A room as the module knows it.
struct Room {
    RoomJid jid;
    RoomPrivacy privacy;
    uint64_t generation = 0;
    std::map<FullJid, Occupant> occupants;
};

}  // namespace parley::module
