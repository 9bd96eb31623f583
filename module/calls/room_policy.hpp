#pragma once

#include <optional>

#include "module/calls/violation.hpp"
#include "module/rooms/room.hpp"
#include "module/rooms/room_settings.hpp"

/// Who may call where. Pure.
namespace parley::module {

/// Calls reveal addresses to whoever is in the room, so the room must be closed, and open about who
/// is in: members-only and non-anonymous.
bool is_private(const RoomPrivacy& privacy);

/// Voice (XEP-0045 s5.1.1), and what the room's settings ask beyond it.
bool may_call(const Occupant& occupant, const RoomSettings& settings);

/// What keeps this occupant from taking part in calls of this room, if anything.
std::optional<Violation> policy_violation(const RoomPrivacy& privacy, const RoomSettings& settings,
                                          const Occupant& occupant);

}  // namespace parley::module
