#include "module/calls/room_policy.hpp"

namespace parley::module {

bool is_private(const RoomPrivacy& privacy) {
    return privacy.members_only && privacy.non_anonymous;
}

bool may_call(const Occupant& occupant, const RoomSettings& settings) {
    if (occupant.role < Role::participant) return false;
    switch (settings.permission) {
        case CallPermission::anyone_with_voice:
            return occupant.affiliation != Affiliation::outcast;
        case CallPermission::members:
            return occupant.affiliation >= Affiliation::member;
        case CallPermission::moderators:
            break;
    }
    return occupant.role == Role::moderator;
}

std::optional<Violation> policy_violation(const RoomPrivacy& privacy, const RoomSettings& settings,
                                          const Occupant& occupant) {
    if (!is_private(privacy)) return Violation::room_not_private;
    if (!settings.calls_allowed) return Violation::calls_disabled;
    if (may_call(occupant, settings)) return std::nullopt;
    return settings.permission == CallPermission::moderators ? Violation::not_a_moderator
                                                             : Violation::may_not_call;
}

}  // namespace parley::module
