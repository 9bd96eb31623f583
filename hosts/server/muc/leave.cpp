#include "hosts/server/muc/leave.hpp"

#include "hosts/server/muc/events.hpp"
#include "hosts/server/muc/replies.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

/// The delivery-related errors of XEP-0045 s18.1.4.
bool says_not_there(xmpp::Condition condition) {
    using enum xmpp::Condition;
    switch (condition) {
        case gone:
        case item_not_found:
        case recipient_unavailable:
        case redirect:
        case remote_server_not_found:
        case remote_server_timeout:
            return true;
        default:
            return false;
    }
}

void end_if_deserted(const Context& context, Room& room) {
    if (!room.occupants().empty() || room.ended) return;
    if (room.config().persistent && !room.locked) return;
    room.ended = true;
    events::destroyed(context, room);
}

Departure technical(bool reachable) {
    Departure departure{LeaveReason::connection_lost, {}, reachable, {}};
    departure.note.codes = {status::technical_problem};
    return departure;
}

}  // namespace

void remove_client(const Context& context, Room& room, const xmpp::Jid& full_jid,
                   const Departure& departure) {
    Occupant* occupant = room.occupant_of(full_jid);
    if (occupant->sessions.size() == 1) {
        remove_occupant(context, room, *occupant, departure);
        return;
    }
    const Session gone = room.leave(full_jid);
    const Occupant parted{occupant->nick, occupant->user, occupant->role, {gone}};
    if (departure.reachable)
        send_goodbye(context, room, parted, parted.sessions, full_jid, departure.note);
    // For everybody else the occupant stays, with one client less.
    broadcast_presence(context, room, *occupant);
    events::left(context, room, parted, gone, room.affiliation(parted.user), departure.reason);
}

void remove_occupant(const Context& context, Room& room, Occupant& occupant,
                     const Departure& departure) {
    const Affiliation affiliation =
        departure.affiliation_before.value_or(room.affiliation(occupant.user));
    const Occupant gone = room.take_out(occupant.nick);
    const std::span<const Session> told =
        departure.reachable ? std::span<const Session>(gone.sessions) : std::span<const Session>();
    broadcast_unavailable(context, room, gone, gone.sessions, told, departure.note);
    for (const Session& session : gone.sessions)
        events::left(context, room, gone, session, affiliation, departure.reason);
    end_if_deserted(context, room);
}

void handle_leave(const Context& context, Room& room, const xmpp::Element& presence,
                  const xmpp::Jid& from) {
    if (room.occupant_of(from) == nullptr) return;
    if (room.locked && room.session_count() == 1) {
        // Left before the first configuration (XEP-0045 s10.1.3): the room never came to be.
        end_room(context, room, {}, {});
        return;
    }
    Departure departure;
    for (const xmpp::Element* child : presence.elements())
        if (child->is("status", xmpp::ns::client)) departure.note.children.push_back(*child);
    remove_client(context, room, from, departure);
}

void handle_bounce(const Context& context, Room& room, const xmpp::Element& stanza,
                   const xmpp::Jid& from) {
    if (room.occupant_of(from) == nullptr) return;
    const auto error = xmpp::StanzaError::from_stanza(stanza);
    if (error && !says_not_there(error->condition)) return;
    Departure departure = technical(true);
    departure.note.reason = "The client could not be reached any more";
    remove_client(context, room, from, departure);
}

void handle_session_end(const Context& context, Room& room, const xmpp::Jid& full_jid, bool lost) {
    if (room.occupant_of(full_jid) == nullptr) return;
    Departure departure = technical(false);
    if (!lost) departure = Departure{LeaveReason::left, {}, false, {}};
    remove_client(context, room, full_jid, departure);
}

void end_room(const Context& context, Room& room, std::string_view alternate,
              std::string_view reason) {
    xmpp::Element destroy("destroy", xmpp::ns::muc_user);
    if (!alternate.empty()) destroy.set_attr("jid", alternate);
    if (!reason.empty()) destroy.add("reason").add_text(reason);
    PresenceNote note;
    note.destroy = std::move(destroy);
    room.ended = true;
    events::destroyed(context, room);
    while (!room.occupants().empty()) {
        const Occupant gone = room.take_out(room.occupants().begin()->first);
        for (const Session& session : gone.sessions)
            send_goodbye(context, room, gone, gone.sessions, session.jid, note);
    }
}

}  // namespace parley::server::muc
