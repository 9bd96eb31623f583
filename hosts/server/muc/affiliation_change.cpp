#include "hosts/server/muc/affiliation_change.hpp"

#include "hosts/server/muc/events.hpp"
#include "hosts/server/muc/leave.hpp"
#include "hosts/server/muc/presence.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

AffiliationEntry entry_after(const Room& room, const AffiliationChange& change) {
    AffiliationEntry entry{change.affiliation, change.nick};
    const auto known = room.affiliations().find(change.user);
    if (entry.nick.empty() && known != room.affiliations().end() &&
        change.affiliation >= Affiliation::member)
        entry.nick = known->second.nick;
    return entry;
}

/// XEP-0045 s9.3, s9.4: who is not in the room is spoken of by a message, to those who may see real
/// JIDs.
void tell_of_absent(const Context& context, const Room& room, const AffiliationChange& change) {
    xmpp::Element message("message", xmpp::ns::client);
    message.set_attr("from", room.address()).set_attr("id", context.random_id());
    message.add("x", xmpp::ns::muc_user)
        .add("item")
        .set_attr("affiliation", to_string(change.affiliation))
        .set_attr("jid", change.user.to_string())
        .set_attr("role", "none");
    for (const auto& [nick, occupant] : room.occupants()) {
        if (!room.config().non_anonymous && occupant->role != Role::moderator) continue;
        for (const Session& session : occupant->sessions) {
            message.set_attr("to", session.jid.to_string());
            context.sink.route(message);
        }
    }
}

/// A demoted admin is no moderator any more, a new one is; others keep the role they have, unless
/// the affiliation gives them voice.
Role role_after(const Room& room, Role role, Affiliation before, Affiliation after) {
    if (after >= Affiliation::admin) return Role::moderator;
    if (before >= Affiliation::admin) return room.default_role(after);
    return std::max(role, std::min(room.default_role(after), Role::participant));
}

void apply_to_occupant(const Context& context, Room& room, Occupant& occupant, Affiliation before,
                       const AffiliationChange& change, const std::string& actor_nick) {
    PresenceNote note;
    note.actor_nick = actor_nick;
    note.reason = change.reason;
    if (change.affiliation == Affiliation::outcast) {
        note.codes = {status::banned};
        remove_occupant(context, room, occupant, {LeaveReason::banned, note, true, before});
        return;
    }
    if (room.config().members_only && change.affiliation < Affiliation::member) {
        note.codes = {status::affiliation_changed};
        remove_occupant(context, room, occupant,
                        {LeaveReason::affiliation_lost, note, true, before});
        return;
    }
    occupant.role = role_after(room, occupant.role, before, change.affiliation);
    broadcast_presence(context, room, occupant, note);
    events::changed(context, room, occupant.nick, occupant);
}

}  // namespace

xmpp::Result<void> change_affiliations(const Context& context, Room& room,
                                       const std::vector<AffiliationChange>& changes,
                                       const std::string& actor_nick) {
    if (room.config().persistent && !room.locked) {
        AffiliationMap changed;
        for (const AffiliationChange& change : changes)
            changed.insert_or_assign(change.user, entry_after(room, change));
        if (auto saved = context.store.save_affiliations(room.jid().local(), changed); !saved)
            return saved;
    }
    for (const AffiliationChange& change : changes) {
        const Affiliation before = room.affiliation(change.user);
        room.set_affiliation(change.user, entry_after(room, change));
        if (before == change.affiliation) continue;
        const auto present = room.occupants_of_user(change.user);
        if (present.empty()) tell_of_absent(context, room, change);
        for (Occupant* occupant : present)
            apply_to_occupant(context, room, *occupant, before, change, actor_nick);
    }
    return {};
}

}  // namespace parley::server::muc
