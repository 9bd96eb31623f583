/// The half of the focus that listens to the media plane.
#include <algorithm>
#include <utility>

#include "module/focus/focus.hpp"
#include "module/focus/outgoing.hpp"

namespace parley::module {

using State = Session::State;

Focus::Result Focus::on_media(const MediaEvent& event, Now now) {
    Result result;
    std::visit([&](const auto& happened) { on(happened, now, result); }, event);
    return result;
}

void Focus::on(const LocalDescriptionReady& event, Now, Result& result) {
    Conference* conference = find_by_session(event.session);
    if (!conference) return;
    Session& session = conference->sessions.at(event.session);
    if (session.state != State::preparing) return;
    session.transport = event.description.transport;
    session.transport.candidates.clear();
    if (session.publishes()) {
        accept_session(*conference, session, event.description, result);
    } else {
        offer_session(*conference, session, event.description, result);
    }
}

/// The answer to a publisher becomes session-accept. What it lacks of the offer is declined.
void Focus::accept_session(Conference& conference, Session& session, const MediaDescription& media,
                           Result& result) {
    std::erase_if(session.contents, [&](const SessionContent& content) {
        return std::ranges::find(media.contents, content.name, &MediaContent::name) ==
               media.contents.end();
    });
    for (SessionContent& content : session.contents)
        content.state = SessionContent::State::live;
    jingle::Jingle jingle = outgoing(session, jingle::Action::session_accept);
    jingle.initiator = session.client.to_string();
    jingle.responder = address_of(conference.id).to_string();
    jingle.single_session = session.single;
    add_contents(jingle, conference, session, media.contents, media.transport);
    add_bundle(jingle, session);
    jingle.conference_info = jingle::ConferenceInfo{true, {}};
    session.state = State::live;
    send_jingle(session, conference.id, jingle, "accept", result);
    const Member& member = conference.members.at(session.client);
    if (member.is_guest && !member.admitted) {
        result.guests.push_back({conference.id, session.client});
    }
    offer_missing(conference, result);
}

void Focus::on(const LocalContentsReady& event, Now, Result& result) {
    Conference* conference = find_by_session(event.session);
    if (!conference) return;
    Session& session = conference->sessions.at(event.session);
    if (event.source) {
        offer_contents(*conference, session, *event.source, event.contents, result);
    } else {
        answer_addition(*conference, session, event.contents, result);
    }
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

void Focus::on(const SpeakerChanged& event, Now, Result& result) {
    const Conference* conference = find(event.conference);
    if (!conference) return;
    for (const auto& [jid, member] : conference->members) {
        const Session* session = conference->live_session(jid);
        if (!member.admitted || !session || !session->single) continue;
        jingle::Jingle info = outgoing(*session, jingle::Action::session_info);
        info.speaker = event.speaker.to_string();
        send_jingle(*session, conference->id, info, "speaker", result);
    }
}

void Focus::on(const MediaDemandChanged& event, Now, Result& result) {
    const Conference* conference = find_by_session(event.session);
    if (!conference) return;
    const Session& session = conference->sessions.at(event.session);
    const SessionContent* content = session.find_content(event.content);
    if (!session.single || session.state != State::live || !content || content->source) return;
    jingle::Jingle info = outgoing(session, jingle::Action::session_info);
    info.demand = {content->creator, content->name, std::nullopt};
    if (!event.wanted || event.height_max != 0) {
        info.demand->height_max = event.wanted ? event.height_max : uint16_t{0};
    }
    send_jingle(session, conference->id, info, "demand", result);
}

void Focus::on(const MediaLimitExceeded& event, Now, Result& result) {
    const Conference* conference = find_by_session(event.session);
    if (!conference) return;
    const FullJid& client = conference->sessions.at(event.session).client;
    result.outputs.emplace_back(LogLine{LogLevel::warning, "conference " + conference->id.text() +
                                                               ": " + client.to_string() +
                                                               " sends more than " + event.text});
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
