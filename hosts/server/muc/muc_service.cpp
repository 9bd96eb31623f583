#include "hosts/server/muc/muc_service.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "hosts/server/muc/admin.hpp"
#include "hosts/server/muc/commands.hpp"
#include "hosts/server/muc/disco.hpp"
#include "hosts/server/muc/events.hpp"
#include "hosts/server/muc/groupchat.hpp"
#include "hosts/server/muc/invitation.hpp"
#include "hosts/server/muc/join.hpp"
#include "hosts/server/muc/leave.hpp"
#include "hosts/server/muc/owner.hpp"
#include "hosts/server/muc/private_message.hpp"
#include "hosts/server/muc/replies.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {

using xmpp::Condition;

MucService::MucService(Context context) : context_(std::move(context)) {}

MucService::~MucService() = default;

xmpp::Result<void> MucService::load_rooms() {
    const auto names = context_.store.names();
    if (!names) return tl::unexpected(names.error());
    for (const std::string& name : *names)
        if (find_room(name) == nullptr)
            spdlog::warn("muc: the stored room {} cannot be loaded and is passed over", name);
    return {};
}

Room* MucService::find_room(const std::string& name) {
    if (const auto found = rooms_.find(name); found != rooms_.end()) return found->second.get();
    // A room made by the administration tool while the server runs.
    auto stored = context_.store.load(name);
    if (!stored) {
        spdlog::error("muc: the room {} cannot be loaded: {}", name, stored.error().text);
        return nullptr;
    }
    auto jid = xmpp::Jid::make(name, context_.config.domain.domain());
    if (!*stored || !jid) return nullptr;
    auto room = std::make_unique<Room>(*jid, std::move(**stored), context_.config.limits);
    Room& placed = *rooms_.emplace(name, std::move(room)).first->second;
    context_.hooks.module_values(placed, placed.module_values());
    events::configured(context_, placed);
    return &placed;
}

Room* MucService::create_room(const xmpp::Element& presence, const xmpp::Jid& creator,
                              const xmpp::Jid& jid) {
    const MucLimits& limits = context_.config.limits;
    const auto& admins = context_.config.admins;
    if (context_.config.restrict_creation &&
        std::find(admins.begin(), admins.end(), creator.bare()) == admins.end()) {
        refuse(
            context_, presence,
            muc_error(Condition::not_allowed, "Only administrators create rooms on this service"));
        return nullptr;
    }
    const auto owned =
        static_cast<size_t>(std::count_if(rooms_.begin(), rooms_.end(), [&](const auto& room) {
            return room.second->affiliation(creator) == Affiliation::owner;
        }));
    if (rooms_.size() >= limits.rooms_max || owned >= limits.rooms_per_owner_max) {
        refuse(context_, presence,
               muc_error(Condition::resource_constraint, owned >= limits.rooms_per_owner_max
                                                             ? "You own too many rooms"
                                                             : "The service has too many rooms"));
        return nullptr;
    }
    RoomRecord record{jid.local(), context_.config.defaults, {}, {}};
    record.affiliations.emplace(creator.bare(), AffiliationEntry{Affiliation::owner, {}});
    auto room = std::make_unique<Room>(jid, std::move(record), limits);
    room->locked = true;
    Room& placed = *rooms_.emplace(jid.local(), std::move(room)).first->second;
    spdlog::info("muc: {} created by {}", placed.address(), creator.bare().to_string());
    events::configured(context_, placed);
    return &placed;
}

void MucService::handle(xmpp::Element stanza, const xmpp::Jid& from, const xmpp::Jid& to) {
    if (stanza.name() == "presence")
        handle_presence(stanza, from, to);
    else if (stanza.name() == "message")
        handle_message(std::move(stanza), from, to);
    else
        handle_iq(stanza, from, to);
    settle();
}

void MucService::handle_presence(const xmpp::Element& presence, const xmpp::Jid& from,
                                 const xmpp::Jid& to) {
    const std::string_view type = presence.attr("type");
    if (type.empty()) {
        handle_available(presence, from, to);
        return;
    }
    const auto found = rooms_.find(to.local());
    if (found == rooms_.end()) return;
    if (type == "unavailable")
        handle_leave(context_, *found->second, presence, from);
    else if (type == "error")
        handle_bounce(context_, *found->second, presence, from);
}

void MucService::handle_available(const xmpp::Element& presence, const xmpp::Jid& from,
                                  const xmpp::Jid& to) {
    if (to.local().empty()) {
        refuse(context_, presence, muc_error(Condition::service_unavailable, "This is no room"));
        return;
    }
    if (to.is_bare()) {
        refuse(context_, presence,
               muc_error(Condition::jid_malformed, "Join with a nickname: room@service/nickname"));
        return;
    }
    const bool join = presence.child("x", xmpp::ns::muc) != nullptr;
    Room* room = find_room(to.local());
    const bool inside = room != nullptr && room->occupant_of(from) != nullptr;
    if (!join && !inside) {
        send_not_joined(context_, presence);
        return;
    }
    if (!join) {
        handle_presence_update(context_, *room, presence, from, to.resource());
        return;
    }
    const bool create = room == nullptr;
    if (create) room = create_room(presence, from, to.bare());
    if (room == nullptr) return;
    handle_join(context_, *room, presence, from, to.resource(), create);
    if (create && room->occupants().empty()) {
        room->ended = true;
        events::destroyed(context_, *room);
    }
}

void MucService::handle_message(xmpp::Element message, const xmpp::Jid& from, const xmpp::Jid& to) {
    const std::string_view type = message.attr("type");
    Room* room = to.local().empty() ? nullptr : find_room(to.local());
    if (room == nullptr) {
        refuse(context_, message, muc_error(Condition::item_not_found, "There is no such room"));
        return;
    }
    if (type == "error") {
        handle_bounce(context_, *room, message, from);
        const bool relay = to.is_full() && !room->ended && room->occupant_of(from) != nullptr &&
                           room->occupant(to.resource()) != nullptr;
        if (!relay) return;
    }
    if (to.is_full())
        handle_private_message(context_, *room, std::move(message), from, to.resource());
    else if (type == "groupchat")
        handle_groupchat(context_, *room, std::move(message), from);
    else
        handle_room_message(context_, *room, std::move(message), from);
}

void MucService::handle_iq(const xmpp::Element& iq, const xmpp::Jid& from, const xmpp::Jid& to) {
    const bool request = iq.attr("type") == "get" || iq.attr("type") == "set";
    if (to.local().empty()) {
        if (request) handle_service_iq(iq, from);
        return;
    }
    Room* room = find_room(to.local());
    if (room == nullptr)
        refuse(context_, iq, muc_error(Condition::item_not_found, "There is no such room"));
    else if (to.is_full())
        iq_relay_.handle(context_, *room, iq, from, to.resource());
    else if (request)
        handle_room_iq(*room, iq, from);
}

void MucService::handle_room_iq(Room& room, const xmpp::Element& iq, const xmpp::Jid& from) {
    const bool get = iq.attr("type") == "get";
    if (room.locked && room.affiliation(from) != Affiliation::owner) {
        refuse(context_, iq, muc_error(Condition::item_not_found, "There is no such room"));
    } else if (iq.child("query", xmpp::ns::muc_admin) != nullptr) {
        handle_admin(context_, room, iq, from);
    } else if (iq.child("query", xmpp::ns::muc_owner) != nullptr) {
        handle_owner(context_, room, iq, from);
    } else if (get && iq.child("query", xmpp::ns::disco_info) != nullptr) {
        answer_room_info(context_, room, iq, from);
    } else if (get && iq.child("query", xmpp::ns::disco_items) != nullptr) {
        answer_room_items(context_, room, iq, from);
    } else if (get && iq.child("ping", xmpp::ns::ping) != nullptr) {
        context_.sink.route(xmpp::iq_result(iq));
    } else if (iq.child("command", xmpp::ns::commands) != nullptr) {
        handle_command(context_, room, iq, from);
    } else {
        const Occupant* occupant = room.occupant_of(from);
        bool taken = false;
        if (occupant != nullptr) {
            const OccupantInfo sender = events::info(room, *occupant, *room.session(from));
            taken = context_.hooks.take_room_iq(room, &sender, iq);
        } else {
            taken = context_.hooks.take_room_iq(room, nullptr, iq);
        }
        if (!taken)
            refuse(context_, iq,
                   muc_error(Condition::service_unavailable, "Rooms do not offer this"));
    }
}

void MucService::handle_service_iq(const xmpp::Element& iq, const xmpp::Jid& from) {
    const bool get = iq.attr("type") == "get";
    if (get && iq.child("query", xmpp::ns::disco_info) != nullptr)
        answer_service_info(context_, iq);
    else if (get && iq.child("query", xmpp::ns::disco_items) != nullptr)
        answer_service_items(context_, iq, from, rooms());
    else if (get && iq.child("ping", xmpp::ns::ping) != nullptr)
        context_.sink.route(xmpp::iq_result(iq));
    else
        refuse(
            context_, iq,
            muc_error(Condition::service_unavailable, "The chatroom service does not offer this"));
}

void MucService::session_ended(const xmpp::Jid& full_jid, bool lost) {
    for (const auto& [name, room] : rooms_)
        handle_session_end(context_, *room, full_jid, lost);
    settle();
}

void MucService::shut_down() {
    Departure departure{LeaveReason::shutdown, {}, true, std::nullopt};
    departure.note.codes = {status::shutdown};
    departure.note.reason = "The service is shut down";
    for (const auto& [name, room] : rooms_)
        while (!room->occupants().empty())
            remove_occupant(context_, *room, *room->occupants().begin()->second, departure);
    settle();
}

const Room* MucService::room(const xmpp::Jid& jid) const {
    if (jid.domain() != context_.config.domain.domain()) return nullptr;
    const auto found = rooms_.find(jid.local());
    return found == rooms_.end() ? nullptr : found->second.get();
}

std::vector<const Room*> MucService::rooms() const {
    std::vector<const Room*> rooms;
    rooms.reserve(rooms_.size());
    for (const auto& [name, room] : rooms_)
        rooms.push_back(room.get());
    return rooms;
}

bool MucService::broadcast(const xmpp::Jid& jid, xmpp::Element message) {
    const Room* found = room(jid);
    if (found == nullptr) return false;
    broadcast_message(context_, *found, std::move(message));
    return true;
}

bool MucService::send_to_occupant(const xmpp::Jid& jid, const xmpp::Jid& real_jid,
                                  xmpp::Element stanza) {
    const Room* found = room(jid);
    if (found == nullptr || found->occupant_of(real_jid) == nullptr) return false;
    stanza.set_attr("to", real_jid.to_string());
    context_.sink.route(std::move(stanza));
    return true;
}

void MucService::settle() {
    std::erase_if(rooms_, [](const auto& room) { return room.second->ended; });
    context_.hooks.flush();
}

}  // namespace parley::server::muc
