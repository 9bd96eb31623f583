/// The half of the focus that answers clients: IQs to a conference JID.
#include <charconv>
#include <utility>

#include "module/calls/room_policy.hpp"
#include "module/focus/focus.hpp"
#include "module/focus/jingle_errors.hpp"
#include "module/focus/negotiation.hpp"

namespace parley::module {

using xmpp::Condition;
using xmpp::ErrorType;
using State = Session::State;

struct Focus::Request {
    const xmpp::Element& iq;
    const FullJid client;
    const CallId conference;
    const jingle::Jingle jingle;
    const Now now;
};

namespace {

/// The session in the id of an IQ that send_jingle made, where its answer matters: "offer" and
/// "accept".
std::optional<SessionNumber> session_in_id(std::string_view id) {
    const size_t begin = id.find('-');
    if (begin == std::string_view::npos) return std::nullopt;
    const std::string_view purpose = id.substr(0, begin);
    if (purpose != "offer" && purpose != "accept") return std::nullopt;
    SessionNumber number;
    const char* first = id.data() + begin + 1;
    const auto [end, error] = std::from_chars(first, id.data() + id.size(), number.value);
    if (error != std::errc{}) return std::nullopt;
    return number;
}

}  // namespace

Focus::Result Focus::on_conference_iq(const xmpp::Element& iq, const xmpp::Jid& from,
                                      const xmpp::Jid& to, Now now) {
    Result result;
    const std::string_view type = iq.attr("type");
    if (type == "result" || type == "error") {
        on_response(iq, from, result);
        return result;
    }
    const auto refuse = [&](const xmpp::StanzaError& error) {
        result.outputs.emplace_back(RouteStanza{xmpp::error_reply(iq, error)});
        return result;
    };
    const auto client = FullJid::from(from);
    const auto id = CallId::parse(to.local());
    if (!client || !id) {
        return refuse(conference_error(ErrorType::cancel, Condition::item_not_found,
                                       "A conference's name is a version-4 UUID."));
    }
    const auto parsed = jingle::parse(*iq.child("jingle", ns::jingle));
    if (!parsed) return refuse(malformed_request("Malformed Jingle: " + parsed.error().text + "."));

    const Request request{iq, *client, *id, *parsed, now};
    Refused refused;
    if (parsed->action == jingle::Action::session_initiate) {
        refused = on_session_initiate(request, result);
    } else {
        Conference* conference = find(*id);
        Session* session = conference ? conference->find_session(*client, parsed->sid) : nullptr;
        refused = session ? on_session_action(request, *session, result) : unknown_session();
    }
    return refused ? refuse(*refused) : result;
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

    result.outputs.emplace_back(RouteStanza{xmpp::iq_result(request.iq)});
    auto offer = media_description_of(request.jingle);
    if (!offer) {
        const Session never_opened{{}, request.jingle.sid, request.client, std::nullopt};
        send_terminate(never_opened, id, offer.error().reason, offer.error().text, result);
        return std::nullopt;
    }
    Conference* found = find(id);
    Conference& conference =
        found ? *found : create_conference(id, *room, request.client, request.now);
    Session& session = open_session(conference, request.client, request.jingle.sid, std::nullopt);
    Member& member = conference.members[request.client];
    member.publishing = session.number;
    member.sessionless_since.reset();
    member.is_guest = !rooms_.find_occupant(*room, request.client);
    ++publishing_[request.client];
    session.remote_candidates = offer->transport.candidates.size();
    result.outputs.emplace_back(
        MediaCommand(PublishMedia{id, request.client, session.number, std::move(*offer)}));
    return std::nullopt;
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

Focus::Refused Focus::on_session_action(const Request& request, Session& session, Result& result) {
    using jingle::Action;
    const auto acknowledge = [&] {
        result.outputs.emplace_back(RouteStanza{xmpp::iq_result(request.iq)});
    };
    switch (request.jingle.action) {
        case Action::session_accept:
            if (session.publishes() || session.state != State::offered) {
                return out_of_order("This session waits for no answer.");
            }
            acknowledge();
            on_session_accept(request, session, result);
            return std::nullopt;
        case Action::transport_info:
            acknowledge();
            on_transport_info(request, session, result);
            return std::nullopt;
        case Action::session_terminate:
            acknowledge();
            on_session_terminate(request, session, result);
            return std::nullopt;
        case Action::session_info:
        case Action::description_info:
            acknowledge();
            return std::nullopt;
        default:
            break;
    }
    return conference_error(ErrorType::cancel, Condition::feature_not_implemented,
                            "A conference does not understand " +
                                std::string(jingle::to_string(request.jingle.action)) + ".");
}

void Focus::on_session_accept(const Request& request, Session& session, Result& result) {
    auto answer = media_description_of(request.jingle);
    if (!answer) {
        Conference& conference = *find(request.conference);
        close(conference, session.number, true, result, answer.error().reason, answer.error().text);
        return;
    }
    session.state = State::live;
    session.remote_candidates += answer->transport.candidates.size();
    result.outputs.emplace_back(
        MediaCommand(SetMediaAnswer{request.conference, session.number, std::move(*answer)}));
}

void Focus::on_transport_info(const Request& request, Session& session, Result& result) {
    auto candidates = candidates_of(request.jingle);
    const size_t room_left = limits_.remote_candidates_max -
                             std::min(session.remote_candidates, limits_.remote_candidates_max);
    if (candidates.size() > room_left) {
        candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(room_left),
                         candidates.end());
    }
    if (candidates.empty()) return;
    session.remote_candidates += candidates.size();
    result.outputs.emplace_back(MediaCommand(
        AddRemoteCandidates{request.conference, session.number, std::move(candidates)}));
}

void Focus::on_session_terminate(const Request& request, Session& session, Result& result) {
    Conference& conference = *find(request.conference);
    const bool publishes = session.publishes();
    close(conference, session.number, true, result, std::nullopt);
    if (!publishes) return;
    const Reason reason = request.jingle.reason.value_or(Reason::success);
    const auto member = conference.members.find(request.client);
    if (member != conference.members.end() && member->second.admitted) {
        member->second.sessionless_since = request.now.steady;
        member->second.sessionless_reason = reason;
        sessions_due_.emplace_back(request.now.steady + sessionless_participant_grace,
                                   std::pair(conference.id, request.client));
    }
    lose_publisher(conference, request.client, reason, result);
}

/// The client refused what we sent (XEP-0166 s10): that session is over.
void Focus::on_response(const xmpp::Element& iq, const xmpp::Jid& from, Result& result) {
    if (iq.attr("type") != "error") return;
    const auto number = session_in_id(iq.attr("id"));
    Conference* conference = number ? find_by_session(*number) : nullptr;
    if (!conference) return;
    const Session& session = conference->sessions.at(*number);
    if (session.client.jid() != from) return;
    const auto error = xmpp::StanzaError::from_stanza(iq);
    result.outputs.emplace_back(LogLine{
        LogLevel::info, "conference " + conference->id.text() + ": " + session.client.to_string() +
                            " refused a session: " +
                            std::string(error ? to_string(error->condition) : "no reason given")});
    const bool publishes = session.publishes();
    const FullJid client = session.client;
    close(*conference, *number, true, result, std::nullopt);
    if (!publishes) return;
    const CallId id = conference->id;
    const bool admitted =
        conference->members.contains(client) && conference->members.at(client).admitted;
    lose_publisher(*conference, client, Reason::connectivity_error, result);
    if (admitted) result.lost.push_back({id, client, Reason::connectivity_error});
}

}  // namespace parley::module
