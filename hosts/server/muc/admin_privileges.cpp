#include "hosts/server/muc/admin_privileges.hpp"

#include "hosts/server/muc/replies.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;
using xmpp::StanzaError;

Role role_of(const Room& room, const xmpp::Jid& actor) {
    const Occupant* occupant = room.occupant_of(actor);
    return occupant == nullptr ? Role::none : occupant->role;
}

/// XEP-0045 s8.4: voice is not taken from who stands at or above the moderator. Two without any
/// affiliation stand below everybody: a moderator of no affiliation may still moderate.
bool stands_above(Affiliation target, Affiliation actor) {
    return target > actor || (target == actor && target != Affiliation::none);
}

}  // namespace

bool may_list_affiliation(const Room& room, const xmpp::Jid& actor, Affiliation listed) {
    const Affiliation own = room.affiliation(actor);
    if (own >= Affiliation::admin) return true;
    if (listed == Affiliation::outcast || own == Affiliation::outcast) return false;
    const bool belongs = own == Affiliation::member || room.occupant_of(actor) != nullptr;
    return room.config().non_anonymous && belongs;
}

bool may_list_role(const Room& room, const xmpp::Jid& actor, Role listed) {
    if (room.affiliation(actor) >= Affiliation::admin) return true;
    return listed != Role::moderator && role_of(room, actor) == Role::moderator;
}

std::optional<StanzaError> refuse_affiliation(const Room& room, const xmpp::Jid& actor,
                                              const xmpp::Jid& target, Affiliation wanted) {
    const Affiliation own = room.affiliation(actor);
    const Affiliation current = room.affiliation(target);
    if (own < Affiliation::admin)
        return muc_error(Condition::forbidden, "Only admins and owners change affiliations");
    if (target == actor.bare() && wanted == Affiliation::outcast)
        return muc_error(Condition::conflict, "You cannot ban yourself");
    if (own == Affiliation::admin) {
        if (wanted >= Affiliation::admin)
            return muc_error(Condition::forbidden, "Only owners make admins and owners");
        if (current >= Affiliation::admin)
            return muc_error(Condition::not_allowed, "Only owners act on admins and owners");
    }
    return std::nullopt;
}

std::optional<StanzaError> refuse_role(const Room& room, const xmpp::Jid& actor,
                                       const Occupant& target, Role wanted) {
    const Affiliation own = room.affiliation(actor);
    const Affiliation theirs = room.affiliation(target.user);
    if (role_of(room, actor) != Role::moderator && own < Affiliation::admin)
        return muc_error(Condition::forbidden, "Only moderators change roles");
    const bool moderator_status = wanted == Role::moderator || target.role == Role::moderator;
    if (wanted == Role::none) {
        if (theirs > own)
            return muc_error(Condition::not_allowed,
                             "You cannot kick somebody of a higher affiliation");
        return std::nullopt;
    }
    if (moderator_status && own < Affiliation::admin)
        return muc_error(Condition::forbidden, "Only admins and owners make or unmake moderators");
    if (wanted < Role::moderator && theirs >= Affiliation::admin)
        return muc_error(Condition::not_allowed, "Admins and owners are always moderators");
    if (wanted == Role::visitor && stands_above(theirs, own))
        return muc_error(Condition::not_allowed,
                         "You cannot take voice from somebody of your affiliation or a higher one");
    return std::nullopt;
}

}  // namespace parley::server::muc
