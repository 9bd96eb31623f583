/// The half of the focus that listens to the media plane.
#include <utility>

#include "module/focus/focus.hpp"
#include "module/focus/negotiation.hpp"

namespace parley::module {

using State = Session::State;

Focus::Result Focus::on_media(const MediaEvent& event, Now now) {
    Result result;
    std::visit([&](const auto& happened) { on(happened, now, result); }, event);
    return result;
}

/// The answer to a publisher becomes session-accept, the offer to a receiver session-initiate.
void Focus::on(const LocalDescriptionReady& event, Now, Result& result) {
    Conference* conference = find_by_session(event.session);
    if (!conference) return;
    Session& session = conference->sessions.at(event.session);
    if (session.state != State::preparing) return;

    const auto here = xmpp::Jid::make(conference->id.lower(), service_.domain());
    jingle::Jingle jingle;
    jingle.sid = session.sid;
    put_media_description(jingle, event.description);
    jingle.conference_info = jingle::ConferenceInfo{true, {}};
    if (!event.description.contents.empty()) {
        session.first_content = event.description.contents.front().name;
    }
    session.transport = event.description.transport;
    session.transport.candidates.clear();
    if (session.publishes()) {
        jingle.action = jingle::Action::session_accept;
        jingle.initiator = session.client.to_string();
        jingle.responder = here->to_string();
        session.state = State::live;
        send_jingle(session, conference->id, jingle, "accept", result);
        const Member& member = conference->members.at(session.client);
        if (member.is_guest && !member.admitted) {
            result.guests.push_back({conference->id, session.client});
        }
        offer_missing(*conference, result);
        return;
    }
    jingle.action = jingle::Action::session_initiate;
    jingle.initiator = here->to_string();
    jingle.muji_room = conference->room.to_string();
    jingle.conference_info->users.push_back("xmpp:" + session.source->to_string());
    session.state = State::offered;
    send_jingle(session, conference->id, jingle, "offer", result);
}

/// XEP-0176 s5.5: transport-info names one content; with BUNDLE the first stands for all.
void Focus::on(const LocalCandidatesFound& event, Now, Result& result) {
    Conference* conference = find_by_session(event.session);
    if (!conference || event.candidates.empty()) return;
    const Session& session = conference->sessions.at(event.session);
    if (session.state == State::preparing) return;
    jingle::IceTransport transport{session.transport.ufrag, session.transport.pwd, std::nullopt,
                                   event.candidates};
    jingle::Jingle jingle;
    jingle.action = jingle::Action::transport_info;
    jingle.sid = session.sid;
    jingle.contents.push_back({jingle::Party::initiator, session.first_content,
                               jingle::Senders::initiator, std::nullopt, std::move(transport)});
    send_jingle(session, conference->id, jingle, "trickle", result);
}

void Focus::on(const MediaConnected& event, Now, Result& result) {
    Conference* conference = find_by_session(event.session);
    if (!conference) return;
    const Session& session = conference->sessions.at(event.session);
    result.outputs.emplace_back(
        LogLine{LogLevel::debug, "conference " + conference->id.text() + ": media " +
                                     (session.publishes() ? "from " : "to ") +
                                     session.client.to_string() + " is up"});
}

void Focus::on(const MediaFailed& event, Now, Result& result) {
    Conference* conference = find_by_session(event.session);
    if (!conference) return;
    const Session& session = conference->sessions.at(event.session);
    const FullJid client = session.client;
    const bool publishes = session.publishes();
    const CallId id = conference->id;
    result.outputs.emplace_back(
        LogLine{LogLevel::warning, "conference " + id.text() + ": media " +
                                       (publishes ? "from " : "to ") + client.to_string() +
                                       " ended: " + std::string(to_string(event.reason)) +
                                       (event.text.empty() ? "" : " (" + event.text + ")")});
    close(*conference, event.session, false, result, event.reason, event.text);
    if (!publishes) return;
    const bool admitted =
        conference->members.contains(client) && conference->members.at(client).admitted;
    lose_publisher(*conference, client, event.reason, result);
    if (admitted) result.lost.push_back({id, client, event.reason});
}

CallStatistics Focus::statistics(const CallId& id, const MediaStatistics& measured) const {
    CallStatistics statistics;
    const Conference* conference = find(id);
    if (!conference) return statistics;
    for (const auto& [number, session] : conference->sessions) {
        const auto found = measured.find(number);
        if (found == measured.end()) continue;
        statistics[session.client].add(found->second, session.publishes());
    }
    return statistics;
}

}  // namespace parley::module
