#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sfu/publish_session.hpp"
#include "sfu/session.hpp"
#include "sfu/subscribe_session.hpp"

namespace parley::sfu {

/// The sessions of one conference, on one media thread. Every function corresponds to one of Sfu.
class Conference {
  public:
    explicit Conference(MediaContext context) : context_(context) {}

    ~Conference();
    Conference(const Conference&) = delete;
    Conference& operator=(const Conference&) = delete;

    void publish(ParticipantId participant, SessionId id, const SessionDescription& offer);
    void subscribe(ParticipantId receiver, const ParticipantId& source, SessionId id);
    void set_answer(SessionId id, const SessionDescription& answer);
    void add_remote_candidates(SessionId id, const std::vector<Candidate>& candidates);

    void offer_media(SessionId, const ParticipantId&) {}

    void add_contents(SessionId, const std::vector<Content>&) {}

    void remove_contents(SessionId, const std::vector<std::string>&) {}

    void set_active(SessionId, const std::string&, bool) {}

    void restart_ice(SessionId, const Transport&) {}

    void set_subscription(const ParticipantId&, const Subscription&) {}

    void close_session(SessionId id);
    void remove_participant(const ParticipantId& participant);
    void tick(TimePoint now);
    /// To be called once every statistics_interval_ms.
    ConferenceStatistics measure(TimePoint now);

  private:
    void refuse(SessionId id, Reason reason, std::string text) const;
    bool room_for(const ParticipantId& participant, SessionId id) const;
    PublishSession* publication_of(const ParticipantId& participant);
    Session* find(SessionId id);
    SubscribeSession* find_subscription(SessionId id);
    void end_publication(SessionId id);
    Session::OnFailure on_failure();

    MediaContext context_;
    std::map<SessionId, std::unique_ptr<PublishSession>> publications_;
    std::map<SessionId, std::unique_ptr<SubscribeSession>> subscriptions_;
    std::vector<SessionId> failed_;  ///< told, and removed at the end of the batch
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace parley::sfu
