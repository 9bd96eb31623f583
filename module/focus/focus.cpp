#include "module/focus/focus.hpp"

#include <algorithm>
#include <utility>

namespace parley::module {

namespace {

template <class... Ts>
void log(Focus::Result& result, LogLevel level, Ts&&... parts) {
    std::string text;
    (text.append(parts), ...);
    result.outputs.emplace_back(LogLine{level, std::move(text)});
}

}  // namespace

Focus::Focus(xmpp::Jid service, FocusLimits limits, const RoomModel& rooms,
             const CallRegistry& calls, const ForbiddenUsers& forbidden,
             std::function<std::string()> make_uuid)
    : service_(std::move(service)),
      limits_(limits),
      rooms_(rooms),
      calls_(calls),
      forbidden_(forbidden),
      make_uuid_(std::move(make_uuid)),
      initiates_(limits.session_initiates_per_minute_max),
      changes_(limits.session_changes_per_minute_max) {}

MediaStanding Focus::standing(const CallId& id, const RoomJid& room, const FullJid& jid,
                              const std::optional<xmpp::Jid>& service) const {
    const Conference* conference = find(id);
    if (!conference) return {};
    if (conference->room != room) return {true, false, false};
    const bool here = !service || *service == service_;
    return {true, here && conference->creator == jid, conference->is_live(jid)};
}

Focus::Result Focus::admit(const CallId& id, const FullJid& jid) {
    Result result;
    Conference* conference = find(id);
    if (!conference) return result;
    conference->proposed = true;
    conference->members[jid].admitted = true;
    offer_missing(*conference, result);
    return result;
}

Focus::Result Focus::dismiss(const CallId& id, const FullJid& jid, Reason reason) {
    Result result;
    if (Conference* conference = find(id)) remove_member(*conference, jid, reason, result);
    return result;
}

Focus::Result Focus::dismiss_from_room(const RoomJid& room, const FullJid& jid, Reason reason) {
    Result result;
    for (const CallId& id : ids_of(room))
        remove_member(*find(id), jid, reason, result);
    return result;
}

Focus::Result Focus::dismiss_user(const xmpp::Jid& user, Reason reason) {
    std::vector<std::pair<CallId, FullJid>> found;
    for (const auto& [id, conference] : conferences_) {
        for (const auto& [jid, member] : conference.members) {
            if (jid.bare() == user) found.emplace_back(id, jid);
        }
    }
    Result result;
    for (const auto& [id, jid] : found) {
        if (Conference* conference = find(id)) remove_member(*conference, jid, reason, result);
    }
    return result;
}

Focus::Result Focus::end(const CallId& id, Reason reason) {
    Result result;
    if (Conference* conference = find(id)) end_conference(*conference, reason, result);
    return result;
}

Focus::Result Focus::end_all_in_room(const RoomJid& room, Reason reason) {
    Result result;
    for (const CallId& id : ids_of(room))
        end_conference(*find(id), reason, result);
    return result;
}

Focus::Result Focus::end_all(Reason reason) {
    Result result;
    while (!conferences_.empty())
        end_conference(conferences_.begin()->second, reason, result);
    return result;
}

Focus::Result Focus::time_passed(Now now) {
    Result result;
    for (; !proposals_due_.empty() && proposals_due_.front().first <= now.steady;
         proposals_due_.pop_front()) {
        Conference* conference = find(proposals_due_.front().second);
        if (!conference || conference->proposed) continue;
        log(result, LogLevel::info, "conference ", conference->id.text(), " of ",
            conference->creator.to_string(), " ended: no call named it");
        end_conference(*conference, Reason::timeout, result);
    }
    for (; !sessions_due_.empty() && sessions_due_.front().first <= now.steady;
         sessions_due_.pop_front()) {
        const auto& [id, jid] = sessions_due_.front().second;
        const Conference* conference = find(id);
        const Member* member = conference ? conference->find_member(jid) : nullptr;
        if (!member || !member->sessionless_since) continue;
        if (now.steady < *member->sessionless_since + sessionless_participant_grace) continue;
        result.lost.push_back({id, jid, member->sessionless_reason});
    }
    return result;
}

std::optional<TimePoint> Focus::deadline() const {
    std::optional<TimePoint> due;
    if (!proposals_due_.empty()) due = proposals_due_.front().first;
    if (!sessions_due_.empty()) {
        const TimePoint session = sessions_due_.front().first;
        due = due ? std::min(*due, session) : session;
    }
    return due;
}

Session& Focus::open_session(Conference& conference, const FullJid& client, std::string sid,
                             std::optional<FullJid> source) {
    const SessionNumber number{++sessions_opened_};
    Session session{number, std::move(sid), client, std::move(source)};
    conference.sids.emplace(std::pair(client, session.sid), number);
    conference_of_.emplace(number, conference.id);
    return conference.sessions.emplace(number, std::move(session)).first->second;
}

void Focus::close(Conference& conference, SessionNumber number, bool tell_media, Result& result,
                  std::optional<Reason> tell_client, std::string_view text) {
    const auto found = conference.sessions.find(number);
    if (found == conference.sessions.end()) return;
    const Session& session = found->second;
    const bool client_knows_it = session.publishes() || session.state != Session::State::preparing;
    if (tell_client && client_knows_it) {
        send_terminate(session, conference.id, *tell_client, text, result);
    }
    if (tell_media) {
        result.outputs.emplace_back(MediaCommand(CloseMediaSession{conference.id, number}));
    }
    // In another session of its own the client is offered them again.
    for (const FullJid& source : session.sources)
        conference.offers.erase({session.client, source});
    conference_of_.erase(number);
    conference.sids.erase({session.client, session.sid});
    conference.sessions.erase(found);
}

/// Ends all that carries this client's media to others, so that it can be offered anew.
void Focus::close_media_of(Conference& conference, const FullJid& source, Result& result) {
    for (auto entry = conference.sessions.begin(); entry != conference.sessions.end();) {
        Session& session = (entry++)->second;
        if (session.source == source) {
            close(conference, session.number, true, result, Reason::success);
        } else {
            withdraw_source(conference.id, session, source, result);
        }
    }
    std::erase_if(conference.offers, [&](const auto& offer) { return offer.second == source; });
}

/// The client's own session is gone already, and the client wanted that: a participant may come
/// back with another one.
void Focus::publisher_left(Conference& conference, const FullJid& jid, Reason reason, Now now,
                           Result& result) {
    const auto member = conference.members.find(jid);
    if (member != conference.members.end() && member->second.admitted) {
        member->second.sessionless_since = now.steady;
        member->second.sessionless_reason = reason;
        sessions_due_.emplace_back(now.steady + sessionless_participant_grace,
                                   std::pair(conference.id, jid));
    }
    lose_publisher(conference, jid, reason, result);
}

/// The session in which the client sends its media is gone already.
void Focus::lose_publisher(Conference& conference, const FullJid& jid, Reason reason,
                           Result& result) {
    const auto member = conference.members.find(jid);
    if (member == conference.members.end()) return;
    if (const auto count = publishing_.find(jid); count != publishing_.end()) {
        if (--count->second == 0) publishing_.erase(count);
    }
    member->second.publishing.reset();
    close_media_of(conference, jid, result);
    if (!member->second.admitted) {
        remove_member(conference, jid, reason, result);
    }
}

void Focus::remove_member(Conference& conference, const FullJid& jid, Reason reason,
                          Result& result) {
    const auto member = conference.members.find(jid);
    if (member == conference.members.end()) return;
    for (auto entry = conference.sessions.begin(); entry != conference.sessions.end();) {
        const Session& session = (entry++)->second;
        if (session.client != jid) continue;
        if (session.publishes()) {
            if (--publishing_[jid] == 0) publishing_.erase(jid);
        }
        close(conference, session.number, false, result, reason);
    }
    close_media_of(conference, jid, result);
    std::erase_if(conference.offers, [&](const auto& offer) { return offer.first == jid; });
    conference.members.erase(jid);
    result.outputs.emplace_back(MediaCommand(RemoveMediaParticipant{conference.id, jid}));
    if (!conference.proposed && conference.members.empty()) {
        end_conference(conference, reason, result);
    }
}

void Focus::end_conference(Conference& conference, Reason reason, Result& result) {
    const CallId id = conference.id;
    while (!conference.sessions.empty()) {
        close(conference, conference.sessions.begin()->first, false, result, reason);
    }
    for (const auto& [jid, member] : conference.members) {
        if (member.publishing && --publishing_[jid] == 0) publishing_.erase(jid);
    }
    result.outputs.emplace_back(MediaCommand(EndMediaConference{id}));
    if (!conference.proposed) result.retired.push_back(id);
    const auto of_room = conferences_of_.find(conference.room);
    of_room->second.erase(id);
    if (of_room->second.empty()) conferences_of_.erase(of_room);
    conferences_.erase(id);
}

Conference& Focus::create_conference(const CallId& id, const RoomJid& room, const FullJid& creator,
                                     Now now) {
    conferences_of_[room].insert(id);
    proposals_due_.emplace_back(now.steady + limits_.proposal_timeout, id);
    return conferences_.emplace(id, Conference{id, room, creator}).first->second;
}

std::set<CallId> Focus::ids_of(const RoomJid& room) const {
    const auto found = conferences_of_.find(room);
    return found == conferences_of_.end() ? std::set<CallId>{} : found->second;
}

Conference* Focus::find(const CallId& id) {
    const auto found = conferences_.find(id);
    return found == conferences_.end() ? nullptr : &found->second;
}

const Conference* Focus::find(const CallId& id) const {
    const auto found = conferences_.find(id);
    return found == conferences_.end() ? nullptr : &found->second;
}

Conference* Focus::find_by_session(SessionNumber number) {
    const auto found = conference_of_.find(number);
    return found == conference_of_.end() ? nullptr : find(found->second);
}

void Focus::send_terminate(const Session& session, const CallId& conference, Reason reason,
                           std::string_view text, Result& result) {
    jingle::Jingle terminate;
    terminate.action = jingle::Action::session_terminate;
    terminate.sid = session.sid;
    terminate.reason = reason;
    terminate.reason_text = text;
    send_jingle(session, conference, terminate, "end", result);
}

/// The id of the IQ tells its answer which session it was for: "PURPOSE-SESSION-COUNT". Returns the
/// count.
uint64_t Focus::send_jingle(const Session& session, const CallId& conference,
                            const jingle::Jingle& jingle, std::string_view purpose,
                            Result& result) {
    xmpp::Element iq("iq", "jabber:client");
    iq.set_attr("type", "set")
        .set_attr("id", std::string(purpose) + '-' + std::to_string(session.number.value) + '-' +
                            std::to_string(++requests_sent_))
        .set_attr("from", address_of(conference).to_string())
        .set_attr("to", session.client.to_string());
    iq.add(jingle::to_element(jingle));
    result.outputs.emplace_back(RouteStanza{std::move(iq)});
    return requests_sent_;
}

xmpp::Jid Focus::address_of(const CallId& conference) const {
    return *xmpp::Jid::make(conference.lower(), service_.domain());
}

}  // namespace parley::module
