/// The part of the focus that answers clients: IQs to a conference JID, and who may begin.
#include <utility>

#include "module/calls/room_policy.hpp"
#include "module/focus/focus_request.hpp"
#include "module/focus/jingle_errors.hpp"
#include "module/focus/negotiation.hpp"
#include "module/focus/outgoing.hpp"

namespace parley::module {

using xmpp::Condition;
using xmpp::ErrorType;

Focus::Result Focus::on_conference_iq(const xmpp::Element& iq, const xmpp::Jid& from,
                                      const xmpp::Jid& to, Now now) {
    Result result;
    const std::string_view type = iq.attr("type");
    if (type == "result" || type == "error") {
        on_response(iq, from, now, result);
        return result;
    }
    const auto client = FullJid::from(from);
    const auto id = CallId::parse(to.local());
    Refused refused;
    if (!client || !id) {
        refused = conference_error(ErrorType::cancel, Condition::item_not_found,
                                   "A conference's name is a version-4 UUID.");
    } else if (iq.child("jingle", ns::jingle)) {
        refused = on_jingle(iq, *client, *id, now, result);
    } else {
        refused = on_member_iq(iq, *client, *id, now, result);
    }
    if (refused) result.outputs.emplace_back(RouteStanza{xmpp::error_reply(iq, *refused)});
    return result;
}

Focus::Refused Focus::on_jingle(const xmpp::Element& iq, const FullJid& client, const CallId& id,
                                Now now, Result& result) {
    auto parsed = jingle::parse(*iq.child("jingle", ns::jingle));
    if (!parsed) return malformed_request("Malformed Jingle: " + parsed.error().text + ".");
    const Request request{iq, client, id, std::move(*parsed), now};
    if (request.jingle.action == jingle::Action::session_initiate) {
        return on_session_initiate(request, result);
    }
    Conference* conference = find(id);
    Session* session = conference ? conference->find_session(client, request.jingle.sid) : nullptr;
    return session ? on_session_action(request, *session, result) : unknown_session();
}

void Focus::acknowledge(const Request& request, Result& result) const {
    result.outputs.emplace_back(RouteStanza{xmpp::iq_result(request.iq)});
}

Focus::Refused Focus::on_session_initiate(const Request& request, Result& result) {
    const CallId& id = request.conference;
    if (call_of_session(request.jingle.sid) != id) {
        return malformed_request("The sid is the conference's UUID, a colon and a UUID.");
    }
    auto room = RoomJid::parse(request.jingle.muji_room);
    const Conference* running = find(id);
    if (request.jingle.muji_room.empty() && running && admits_guests(id, running->room)) {
        room = running->room;
    }
    if (!room) {
        return malformed_request(
            "The first thing a conference needs to know is its room: "
            "<muji xmlns='urn:xmpp:jingle:muji:0' room='…'/>.");
    }
    if (!initiates_.take(request.client, request.now.steady)) {
        return too_much("Too many sessions started: wait a little.");
    }
    if (auto refused = may_publish(request, id, *room)) return refused;

    acknowledge(request, result);
    auto offer = media_description_of(request.jingle);
    if (!offer) {
        const Session never_opened{{}, request.jingle.sid, request.client, std::nullopt};
        send_terminate(never_opened, id, offer.error().reason, offer.error().text, result);
        return std::nullopt;
    }
    publish(request, *room, std::move(*offer), result);
    return std::nullopt;
}

void Focus::publish(const Request& request, const RoomJid& room, MediaDescription offer,
                    Result& result) {
    const CallId& id = request.conference;
    Conference* found = find(id);
    Conference& conference =
        found ? *found : create_conference(id, room, request.client, request.now);
    Session& session = open_session(conference, request.client, request.jingle.sid, std::nullopt);
    session.single = request.jingle.single_session;
    for (const MediaContent& content : offer.contents)
        session.contents.push_back(own_content(content));
    for (const jingle::Content& content : request.jingle.contents)
        session.remote_ufrags.insert(content.transport->ufrag);
    session.remote_candidates = offer.transport.candidates.size();
    Member& member = conference.members[request.client];
    member.publishing = session.number;
    member.is_single = session.single;
    member.sessionless_since.reset();
    member.is_guest = !rooms_.find_occupant(room, request.client);
    ++publishing_[request.client];
    result.outputs.emplace_back(
        MediaCommand(PublishMedia{id, request.client, session.number, std::move(offer)}));
}

/// Whether a client that is not in the room may join the conference by its id alone.
bool Focus::admits_guests(const CallId& id, const RoomJid& room) const {
    const Room* known_room = rooms_.find(room);
    const Conference* conference = find(id);
    const RoomSettings& settings = rooms_.settings_of(room);
    return limits_.guests_allowed && settings.guests && settings.calls_allowed && known_room &&
           is_private(known_room->privacy) && conference && conference->room == room &&
           conference->proposed && calls_.find(id);
}

Focus::Refused Focus::may_take_part(const Request& request, const CallId& id,
                                    const RoomJid& room) const {
    const Room* known_room = rooms_.find(room);
    const Occupant* occupant = rooms_.find_occupant(room, request.client);
    if ((!known_room || !occupant) && !admits_guests(id, room)) {
        return conference_error(ErrorType::auth, Condition::forbidden,
                                "Only those who are in the room can join its conference.",
                                "not-a-member");
    }
    const auto violation =
        occupant ? policy_violation(known_room->privacy, rooms_.settings_of(room), *occupant)
                 : std::nullopt;
    if (violation) return to_stanza_error({*violation, {}, std::nullopt});
    if (forbidden_.contains(request.client.bare(), request.now.wall)) {
        return to_stanza_error({Violation::user_forbidden, {}, std::nullopt});
    }
    return std::nullopt;
}

Focus::Refused Focus::may_publish(const Request& request, const CallId& id,
                                  const RoomJid& room) const {
    if (auto refused = may_take_part(request, id, room)) return refused;
    if (calls_.has_ended(id)) return to_stanza_error({Violation::call_ended, {}, std::nullopt});
    const Call* call = calls_.find(id);
    if (call && call->mode != Mode::sfu) {
        return to_stanza_error({Violation::id_in_use, {}, std::nullopt});
    }
    const Conference* conference = find(id);
    if (!conference && calls_.is_draining()) {
        return to_stanza_error({Violation::draining, {}, std::nullopt});
    }
    if (conference && conference->room != room) {
        return conference_error(ErrorType::auth, Condition::forbidden,
                                "This conference belongs to another room.", "not-a-member");
    }
    const Member* member = conference ? conference->find_member(request.client) : nullptr;
    if (member && member->publishing) {
        return out_of_order("You send media to this conference already: end that session first.");
    }
    if (conference && conference->sids.contains({request.client, request.jingle.sid})) {
        return out_of_order("This session exists already.");
    }
    const auto client = publishing_.find(request.client);
    const bool client_has_all =
        client != publishing_.end() && client->second >= limits_.conferences_per_client_max;
    const bool service_has_all = !conference && conferences_.size() >= limits_.conferences_max;
    if (client_has_all || service_has_all)
        return too_much("Too many conferences: leave one first.");
    return std::nullopt;
}

}  // namespace parley::module
