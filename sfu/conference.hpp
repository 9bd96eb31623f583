#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sfu/loudest_choice.hpp"
#include "sfu/session.hpp"
#include "sfu/speaker_detection.hpp"

namespace parley::sfu {

/// The sessions of one conference, on one media thread. Every function corresponds to one of Sfu.
class Conference {
  public:
    Conference(ConferenceId id, const MediaContext& context)
        : id_(std::move(id)),
          context_(context),
          loudest_(context.config.audible_participants_max) {}

    ~Conference();
    Conference(const Conference&) = delete;
    Conference& operator=(const Conference&) = delete;

    void publish(ParticipantId participant, SessionId id, const SessionDescription& offer);
    void subscribe(ParticipantId receiver, const ParticipantId& source, SessionId id);
    void offer_media(SessionId id, const ParticipantId& source);
    void set_answer(SessionId id, const SessionDescription& answer);
    void add_contents(SessionId id, const std::vector<Content>& contents);
    void remove_contents(SessionId id, const std::vector<std::string>& names);
    void set_active(SessionId id, const std::string& content, bool active);
    void restart_ice(SessionId id, const Transport& remote);
    void set_subscription(const ParticipantId& receiver, const Subscription& subscription);
    void add_remote_candidates(SessionId id, const std::vector<Candidate>& candidates);
    void close_session(SessionId id);
    void remove_participant(const ParticipantId& participant);
    void tick(TimePoint now);
    /// To be called once every statistics_interval_ms.
    ConferenceStatistics measure(TimePoint now);

  private:
    void refuse(SessionId id, Reason reason, std::string text) const;
    bool room_for(const ParticipantId& participant, SessionId id) const;
    Session* publisher(const ParticipantId& participant);
    Session* find(SessionId id);
    Session& create(SessionId id, ParticipantId participant);
    Session::Callbacks callbacks();
    /// What everybody who may receive `publisher` can decode.
    CodecRules codec_rules(const ParticipantId& publisher) const;
    void stop_delivery(const InboundTrack& track);
    /// What is sent of the session's media to others ends with it, and is told.
    void end_publication(Session& publisher);
    MediaWish wish(const ParticipantId& receiver, const ParticipantId& source,
                   MediaKind kind) const;
    /// Of those that publish, the latest first.
    std::vector<ParticipantId> by_recency(Subscription::Video kind) const;
    void apply_wishes(Session& session);
    /// For those whose choice depends on who came or spoke last.
    void apply_recency();
    void add_speaker(Session& session);
    void remove_speaker(Session& session);
    bool on_audio_level(const Session& session, AudioLevel level, TimePoint now);
    void on_speaker_changed();

    ConferenceId id_;
    const MediaContext& context_;
    std::map<SessionId, std::unique_ptr<Session>> sessions_;
    std::map<ParticipantId, Subscription> subscriptions_;
    std::vector<ParticipantId> members_;  ///< who publish, in the order in which they began
    SpeakerDetection speakers_;
    LoudestChoice loudest_;
    std::vector<std::optional<ParticipantId>> speaker_names_;  ///< by index; nothing: free
    std::optional<ParticipantId> dominant_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace parley::sfu
