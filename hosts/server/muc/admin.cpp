#include "hosts/server/muc/admin.hpp"

#include <spdlog/spdlog.h>

#include <map>

#include "hosts/server/muc/admin_privileges.hpp"
#include "hosts/server/muc/affiliation_change.hpp"
#include "hosts/server/muc/events.hpp"
#include "hosts/server/muc/leave.hpp"
#include "hosts/server/muc/presence.hpp"
#include "hosts/server/muc/replies.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;
using xmpp::StanzaError;

struct RoleChange {
    std::string nick;
    Role role;
    std::string reason;
};

/// A whole request, checked.
struct Request {
    std::vector<AffiliationChange> affiliations;
    std::vector<RoleChange> roles;
};

template <class T>
using Checked = xmpp::Result<T, StanzaError>;

tl::unexpected<StanzaError> fail(Condition condition, std::string_view text) {
    return tl::unexpected(muc_error(condition, text));
}

Checked<AffiliationChange> parse_affiliation_item(const MucLimits& limits, const Room& room,
                                                  const xmpp::Element& item) {
    const auto affiliation = parse_affiliation(item.attr("affiliation"));
    if (!affiliation) return fail(Condition::bad_request, "There is no such affiliation");
    std::string nick;
    std::optional<xmpp::Jid> user;
    if (item.has_attr("jid")) {
        auto jid = xmpp::Jid::parse(item.attr("jid"));
        if (!jid) return fail(Condition::jid_malformed, jid.error().text);
        user = jid->bare();
        if (item.has_attr("nick")) {
            const auto prepared = room.jid().with_resource(item.attr("nick"));
            if (!prepared || prepared->resource().size() > limits.nick_octets_max)
                return fail(Condition::not_acceptable, "This nickname cannot be reserved");
            nick = prepared->resource();
        }
    } else if (const Occupant* occupant = room.occupant(item.attr("nick"))) {
        user = occupant->user;
    } else {
        return fail(Condition::item_not_found, "Nobody in the room has this nickname");
    }
    return AffiliationChange{
        *user, *affiliation, nick,
        bounded_text(item, "reason", xmpp::ns::muc_admin, limits.reason_octets_max)};
}

Checked<RoleChange> parse_role_item(const MucLimits& limits, const Room& room,
                                    const xmpp::Jid& actor, const xmpp::Element& item) {
    const auto role = parse_role(item.attr("role"));
    if (!role) return fail(Condition::bad_request, "There is no such role");
    if (!item.has_attr("nick"))
        return fail(Condition::bad_request, "A change of role names a nickname");
    const Occupant* target = room.occupant(item.attr("nick"));
    if (target == nullptr)
        return fail(Condition::item_not_found, "Nobody in the room has this nickname");
    if (auto error = refuse_role(room, actor, *target, *role)) return tl::unexpected(*error);
    return RoleChange{target->nick, *role,
                      bounded_text(item, "reason", xmpp::ns::muc_admin, limits.reason_octets_max)};
}

/// Whether the room has an owner after the changes (XEP-0045 s10.5).
bool leaves_an_owner(const Room& room, const std::vector<AffiliationChange>& changes) {
    std::map<xmpp::Jid, Affiliation> last;
    for (const AffiliationChange& change : changes)
        last.insert_or_assign(change.user, change.affiliation);
    size_t owners = room.owner_count();
    for (const auto& [user, affiliation] : last) {
        if (affiliation == Affiliation::owner) return true;
        if (room.affiliation(user) == Affiliation::owner) --owners;
    }
    return owners > 0;
}

Checked<void> check_totals(const MucLimits& limits, const Room& room, const Request& request) {
    size_t added = 0;
    for (const AffiliationChange& change : request.affiliations)
        if (change.affiliation != Affiliation::none && !room.affiliations().contains(change.user))
            ++added;
    if (room.affiliations().size() + added > limits.affiliations_per_room_max)
        return fail(Condition::resource_constraint, "The lists of this room are full");
    if (!request.affiliations.empty() && !leaves_an_owner(room, request.affiliations))
        return fail(Condition::conflict, "A room needs an owner; make somebody else owner first");
    return {};
}

Checked<Request> parse_request(const MucLimits& limits, const Room& room, const xmpp::Jid& actor,
                               const std::vector<const xmpp::Element*>& items) {
    Request request;
    for (const xmpp::Element* item : items) {
        if (item->has_attr("role") == item->has_attr("affiliation"))
            return fail(Condition::bad_request, "An item has either a role or an affiliation");
        if (item->has_attr("role")) {
            auto change = parse_role_item(limits, room, actor, *item);
            if (!change) return tl::unexpected(change.error());
            request.roles.push_back(std::move(*change));
        } else {
            auto change = parse_affiliation_item(limits, room, *item);
            if (!change) return tl::unexpected(change.error());
            if (auto error = refuse_affiliation(room, actor, change->user, change->affiliation))
                return tl::unexpected(*error);
            request.affiliations.push_back(std::move(*change));
        }
    }
    if (auto totals = check_totals(limits, room, request); !totals)
        return tl::unexpected(totals.error());
    return request;
}

void apply_role(const Context& context, Room& room, const RoleChange& change,
                const std::string& actor_nick) {
    Occupant* target = room.occupant(change.nick);
    if (target == nullptr || target->role == change.role) return;
    PresenceNote note;
    note.actor_nick = actor_nick;
    note.reason = change.reason;
    if (change.role == Role::none) {
        note.codes = {status::kicked};
        remove_occupant(context, room, *target, {LeaveReason::kicked, note, true, std::nullopt});
        return;
    }
    target->role = change.role;
    broadcast_presence(context, room, *target, note);
    events::changed(context, room, target->nick, *target);
}

void apply(const Context& context, Room& room, const xmpp::Element& iq, const xmpp::Jid& from,
           const Request& request) {
    const Occupant* actor = room.occupant_of(from);
    const std::string actor_nick = actor == nullptr ? std::string() : actor->nick;
    if (!request.affiliations.empty()) {
        if (const auto done = change_affiliations(context, room, request.affiliations, actor_nick);
            !done) {
            spdlog::error("muc: the lists of {} cannot be stored: {}", room.address(),
                          done.error().text);
            refuse(context, iq,
                   muc_error(Condition::internal_server_error, "The server could not store this"));
            return;
        }
    }
    for (const RoleChange& change : request.roles)
        apply_role(context, room, change, actor_nick);
    context.sink.route(xmpp::iq_result(iq));
}

void add_affiliation_list(xmpp::Element& query, const Room& room, Affiliation listed) {
    for (const auto& [user, entry] : room.affiliations()) {
        if (entry.affiliation != listed) continue;
        xmpp::Element& item = query.add("item");
        item.set_attr("affiliation", to_string(listed)).set_attr("jid", user.to_string());
        if (!entry.nick.empty()) item.set_attr("nick", entry.nick);
    }
}

void add_role_list(xmpp::Element& query, const Room& room, Role listed) {
    for (const auto& [nick, occupant] : room.occupants()) {
        if (occupant->role != listed) continue;
        query.add("item")
            .set_attr("affiliation", to_string(room.affiliation(occupant->user)))
            .set_attr("jid", occupant->shown().jid.to_string())
            .set_attr("nick", nick)
            .set_attr("role", to_string(listed));
    }
}

void answer_list(const Context& context, const Room& room, const xmpp::Element& iq,
                 const xmpp::Jid& from, const xmpp::Element& item) {
    const auto affiliation = parse_affiliation(item.attr("affiliation"));
    const auto role = parse_role(item.attr("role"));
    if (affiliation.has_value() == role.has_value()) {
        refuse(context, iq,
               muc_error(Condition::bad_request, "Ask for one affiliation or one role"));
        return;
    }
    const bool allowed = affiliation ? may_list_affiliation(room, from, *affiliation)
                                     : may_list_role(room, from, *role);
    if (!allowed) {
        refuse(context, iq, muc_error(Condition::forbidden, "You may not see this list"));
        return;
    }
    xmpp::Element reply = xmpp::iq_result(iq);
    xmpp::Element& query = reply.add("query", xmpp::ns::muc_admin);
    if (affiliation)
        add_affiliation_list(query, room, *affiliation);
    else
        add_role_list(query, room, *role);
    context.sink.route(std::move(reply));
}

}  // namespace

void handle_admin(const Context& context, Room& room, const xmpp::Element& iq,
                  const xmpp::Jid& from) {
    const MucLimits& limits = context.config.limits;
    std::vector<const xmpp::Element*> items;
    for (const xmpp::Element* child : iq.child("query", xmpp::ns::muc_admin)->elements())
        if (child->is("item", xmpp::ns::muc_admin)) items.push_back(child);
    if (items.empty() || items.size() > limits.items_per_request_max) {
        refuse(context, iq,
               muc_error(Condition::bad_request, "A request has 1 to " +
                                                     std::to_string(limits.items_per_request_max) +
                                                     " items"));
        return;
    }
    if (iq.attr("type") == "get") {
        answer_list(context, room, iq, from, *items.front());
        return;
    }
    const auto request = parse_request(limits, room, from, items);
    if (!request) {
        refuse(context, iq, request.error());
        return;
    }
    apply(context, room, iq, from, *request);
}

}  // namespace parley::server::muc
