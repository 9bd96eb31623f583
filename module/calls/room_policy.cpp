#include "module/calls/room_policy.hpp"

namespace parley::module {

bool is_private(const RoomPrivacy& privacy) {
    return privacy.members_only && privacy.non_anonymous;
}

bool may_call(const Occupant& occupant) {
    return occupant.role >= Role::participant && occupant.affiliation >= Affiliation::member;
}

std::optional<Violation> policy_violation(const RoomPrivacy& privacy, const Occupant& occupant) {
    if (!is_private(privacy)) return Violation::room_not_private;
    if (!may_call(occupant)) return Violation::may_not_call;
    return std::nullopt;
}

}  // namespace parley::module
