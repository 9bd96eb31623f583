#include "sfu/conference.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace parley::sfu {

Conference::~Conference() {
    for (auto& [id, session] : subscriptions_)
        session->close();
    subscriptions_.clear();
    for (auto& [id, session] : publications_)
        session->close();
}

void Conference::refuse(SessionId id, Reason reason, std::string text) const {
    context_.emit(SessionFailed{.session = id, .reason = reason, .text = std::move(text)});
}

bool Conference::room_for(const ParticipantId& participant, SessionId id) const {
    std::set<ParticipantId> participants{participant};
    size_t sessions = 1;
    const auto count = [&](const Session& session) {
        participants.insert(session.participant());
        if (session.participant() == participant) ++sessions;
    };
    for (const auto& [each, session] : publications_)
        count(*session);
    for (const auto& [each, session] : subscriptions_)
        count(*session);
    if (participants.size() > context_.config.participants_per_conference_max) {
        refuse(id, Reason::general_error, "the conference has all the participants it may have");
        return false;
    }
    if (sessions > context_.config.sessions_per_participant_max) {
        refuse(id, Reason::general_error, "the participant has all the sessions it may have");
        return false;
    }
    return true;
}

/// A session's failure may come from within its own packet callback: it is removed when that has
/// returned.
Session::OnFailure Conference::on_failure() {
    return [this](Session& session, Reason reason, std::string text) {
        refuse(session.id(), reason, std::move(text));
        context_.loop.defer([this, id = session.id(), alive = std::weak_ptr<bool>(alive_)] {
            if (!alive.expired()) close_session(id);
        });
    };
}

PublishSession* Conference::publication_of(const ParticipantId& participant) {
    const auto found =
        std::find_if(publications_.begin(), publications_.end(),
                     [&](const auto& each) { return each.second->participant() == participant; });
    return found == publications_.end() ? nullptr : found->second.get();
}

Session* Conference::find(SessionId id) {
    if (const auto found = publications_.find(id); found != publications_.end()) {
        return found->second.get();
    }
    return find_subscription(id);
}

SubscribeSession* Conference::find_subscription(SessionId id) {
    const auto found = subscriptions_.find(id);
    return found == subscriptions_.end() ? nullptr : found->second.get();
}

void Conference::publish(ParticipantId participant, SessionId id, const SessionDescription& offer) {
    if (find(id) != nullptr) return;
    auto contents = negotiate_publication(offer);
    if (!contents) return refuse(id, contents.error().reason, contents.error().text);
    if (!room_for(participant, id)) return;
    if (const auto* earlier = publication_of(participant)) {
        const auto earlier_id = earlier->id();
        end_publication(earlier_id);
        refuse(earlier_id, Reason::success, "the participant published anew");
    }
    auto session = std::make_unique<PublishSession>(context_, id, std::move(participant),
                                                    std::move(*contents), on_failure());
    auto& published = *publications_.emplace(id, std::move(session)).first->second;
    published.answer(offer.transport);
}

void Conference::subscribe(ParticipantId receiver, const ParticipantId& source, SessionId id) {
    if (find(id) != nullptr) return;
    auto* publication = publication_of(source);
    if (publication == nullptr || receiver == source) {
        return refuse(id, Reason::failed_application, "the source has not published");
    }
    if (!room_for(receiver, id)) return;
    auto session = std::make_unique<SubscribeSession>(context_, id, std::move(receiver),
                                                      *publication, on_failure());
    subscriptions_.emplace(id, std::move(session)).first->second->offer();
}

void Conference::set_answer(SessionId id, const SessionDescription& answer) {
    if (auto* session = find_subscription(id)) session->answer(answer);
}

void Conference::add_remote_candidates(SessionId id, const std::vector<Candidate>& candidates) {
    if (auto* session = find(id)) session->add_remote_candidates(candidates);
}

void Conference::close_session(SessionId id) {
    if (publications_.contains(id)) return end_publication(id);
    if (const auto node = subscriptions_.extract(id); !node.empty()) node.mapped()->close();
}

/// What sends its media to others ends with it, and is told.
void Conference::end_publication(SessionId id) {
    const auto found = publications_.find(id);
    for (auto each = subscriptions_.begin(); each != subscriptions_.end();) {
        if (&each->second->source() != found->second.get()) {
            ++each;
            continue;
        }
        each->second->close();
        refuse(each->first, Reason::success, "the source has left");
        each = subscriptions_.erase(each);
    }
    found->second->close();
    publications_.erase(found);
}

void Conference::remove_participant(const ParticipantId& participant) {
    std::erase_if(subscriptions_, [&](const auto& each) {
        if (each.second->participant() != participant) return false;
        each.second->close();
        return true;
    });
    while (const auto* publication = publication_of(participant))
        end_publication(publication->id());
}

ConferenceStatistics Conference::measure(TimePoint now) {
    ConferenceStatistics statistics{.taken = now, .sessions = {}};
    for (auto& [id, session] : publications_)
        statistics.sessions.emplace(id, session->measure(now));
    for (auto& [id, session] : subscriptions_)
        statistics.sessions.emplace(id, session->measure(now));
    return statistics;
}

void Conference::tick(TimePoint now) {
    for (auto& [id, session] : publications_)
        session->tick(now);
    for (auto& [id, session] : subscriptions_)
        session->tick(now);
}

}  // namespace parley::sfu
