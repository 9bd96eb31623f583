#include "sfu/conference.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace parley::sfu {

Conference::~Conference() {
    for (auto& [id, session] : sessions_)
        session->close();
    // Those who only receive go first: what they receive is the others'.
    std::erase_if(sessions_, [](const auto& each) { return !each.second->publishes(); });
    for (auto& [id, session] : sessions_) {
        for (const auto& track : session->publication().tracks())
            stop_delivery(*track);
    }
}

void Conference::refuse(SessionId id, Reason reason, std::string text) const {
    context_.emit(SessionFailed{.session = id, .reason = reason, .text = std::move(text)});
}

bool Conference::room_for(const ParticipantId& participant, SessionId id) const {
    std::set<ParticipantId> participants{participant};
    size_t sessions = 1;
    for (const auto& [each, session] : sessions_) {
        participants.insert(session->participant());
        if (session->participant() == participant) ++sessions;
    }
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
Session::Callbacks Conference::callbacks() {
    return {
        .on_failure =
            [this](Session& session, Reason reason, std::string text) {
                refuse(session.id(), reason, std::move(text));
                context_.loop.defer([this, id = session.id(), alive = std::weak_ptr<bool>(alive_)] {
                    if (!alive.expired()) close_session(id);
                });
            },
        .on_audio_level = [this](Session& session, AudioLevel level,
                                 TimePoint now) { return on_audio_level(session, level, now); }};
}

Session* Conference::publisher(const ParticipantId& participant) {
    const auto found = std::find_if(sessions_.begin(), sessions_.end(), [&](const auto& each) {
        return each.second->publishes() && each.second->participant() == participant;
    });
    return found == sessions_.end() ? nullptr : found->second.get();
}

Session* Conference::find(SessionId id) {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : found->second.get();
}

Session& Conference::create(SessionId id, ParticipantId participant) {
    auto session = std::make_unique<Session>(context_, id, std::move(participant), callbacks());
    Session& created = *sessions_.emplace(id, std::move(session)).first->second;
    apply_wishes(created);
    return created;
}

CodecRules Conference::codec_rules(const ParticipantId& publisher) const {
    const auto usable = [this, publisher](const Codec& codec) {
        for (const auto& [id, session] : sessions_) {
            if (!session->publishes() || session->participant() == publisher) continue;
            bool has_video = false;
            bool decodes = false;
            for (const auto& content : session->offered()) {
                if (content.kind != MediaKind::video) continue;
                has_video = true;
                decodes = decodes || find_same(content.codecs, codec) != nullptr;
            }
            if (has_video && !decodes) return false;
        }
        return true;
    };
    return {.video_preference = context_.config.video_codecs, .usable = usable};
}

void Conference::publish(ParticipantId participant, SessionId id, const SessionDescription& offer) {
    if (find(id) != nullptr) return;
    auto contents = negotiate_publication(offer, codec_rules(participant));
    if (!contents) return refuse(id, contents.error().reason, contents.error().text);
    if (!room_for(participant, id)) return;
    if (auto* earlier = publisher(participant)) {
        const auto earlier_id = earlier->id();
        close_session(earlier_id);
        refuse(earlier_id, Reason::success, "the participant published anew");
    }
    std::erase(members_, participant);
    members_.push_back(participant);
    auto& session = create(id, std::move(participant));
    add_speaker(session);
    session.answer(offer, std::move(*contents));
    apply_recency();
}

void Conference::subscribe(ParticipantId receiver, const ParticipantId& source, SessionId id) {
    if (find(id) != nullptr) return;
    auto* publication = publisher(source);
    if (publication == nullptr || receiver == source) {
        return refuse(id, Reason::failed_application, "the source has not published");
    }
    if (!room_for(receiver, id)) return;
    create(id, std::move(receiver)).offer(*publication);
}

void Conference::offer_media(SessionId id, const ParticipantId& source) {
    auto* session = find(id);
    auto* publication = publisher(source);
    if (session == nullptr || publication == nullptr || publication == session) return;
    session->offer_more(*publication);
}

void Conference::set_answer(SessionId id, const SessionDescription& answer) {
    if (auto* session = find(id)) session->set_answer(answer);
}

void Conference::add_contents(SessionId id, const std::vector<Content>& contents) {
    auto* session = find(id);
    if (session == nullptr || !session->publishes()) return;
    auto& publication = session->publication();
    std::vector<Content> fresh = contents;
    std::erase_if(fresh, [&](const Content& each) { return publication.find(each.name); });
    auto negotiated = negotiate_contents(fresh, codec_rules(session->participant()));
    if (!negotiated) negotiated.emplace();
    const size_t room =
        context_.config.contents_per_participant_max -
        std::min(context_.config.contents_per_participant_max, publication.tracks().size());
    if (negotiated->size() > room) negotiated->resize(room);
    LocalContents taken{.session = id, .source = std::nullopt, .contents = {}};
    for (const auto& each : *negotiated)
        taken.contents.push_back(each.answer);
    session->add_contents(fresh, std::move(*negotiated));
    context_.emit(std::move(taken));
}

void Conference::remove_contents(SessionId id, const std::vector<std::string>& names) {
    auto* session = find(id);
    if (session == nullptr) return;
    for (const auto& name : names) {
        if (const auto* track = session->publication().find(name)) stop_delivery(*track);
        session->remove_content(name);
    }
}

void Conference::set_active(SessionId id, const std::string& content, bool active) {
    auto* session = find(id);
    if (session == nullptr || session->delivery().set_active(content, active)) return;
    if (auto* track = session->publication().find(content)) track->set_active(active);
}

void Conference::restart_ice(SessionId id, const Transport& remote) {
    if (auto* session = find(id)) session->restart_ice(remote);
}

void Conference::add_remote_candidates(SessionId id, const std::vector<Candidate>& candidates) {
    if (auto* session = find(id)) session->add_remote_candidates(candidates);
}

void Conference::stop_delivery(const InboundTrack& track) {
    for (auto& [id, session] : sessions_)
        session->delivery().remove(track);
}

void Conference::end_publication(Session& publisher) {
    for (auto each = sessions_.begin(); each != sessions_.end();) {
        if (each->second->source() != &publisher) {
            ++each;
            continue;
        }
        each->second->close();
        refuse(each->first, Reason::success, "the source has left");
        each = sessions_.erase(each);
    }
    for (const auto& track : publisher.publication().tracks())
        stop_delivery(*track);
}

void Conference::close_session(SessionId id) {
    auto* session = find(id);
    if (session == nullptr) return;
    if (session->publishes()) {
        std::erase(members_, session->participant());
        remove_speaker(*session);
        end_publication(*session);
    }
    session->close();
    sessions_.erase(id);
    apply_recency();
}

void Conference::remove_participant(const ParticipantId& participant) {
    subscriptions_.erase(participant);
    std::vector<SessionId> own;
    for (const auto& [id, session] : sessions_) {
        if (session->participant() == participant) own.push_back(id);
    }
    for (const auto id : own)
        close_session(id);
}

void Conference::set_subscription(const ParticipantId& receiver, const Subscription& subscription) {
    subscriptions_.insert_or_assign(receiver, subscription);
    for (auto& [id, session] : sessions_) {
        if (session->participant() == receiver) apply_wishes(*session);
    }
}

MediaWish Conference::wish(const ParticipantId& receiver, const ParticipantId& source,
                           MediaKind kind) const {
    using Video = Subscription::Video;
    MediaWish wish;
    if (dominant_ == source) wish.priority = 1;
    const auto found = subscriptions_.find(receiver);
    if (found == subscriptions_.end()) return wish;
    const Subscription& wanted = found->second;
    wish.wanted = kind == MediaKind::audio ? wanted.audio : wanted.video != Video::none;
    wish.height_max = wanted.height_max;
    if (kind == MediaKind::video && wanted.video >= Video::recent_speakers) {
        auto recent = by_recency(wanted.video);
        std::erase(recent, receiver);
        recent.resize(std::min(wanted.video_count, recent.size()));
        wish.wanted = std::find(recent.begin(), recent.end(), source) != recent.end();
    }
    const auto own = wanted.overrides.find(source);
    if (own == wanted.overrides.end()) return wish;
    const auto& asked = kind == MediaKind::audio ? own->second.audio : own->second.video;
    wish.wanted = asked.value_or(wish.wanted);
    wish.height_max = own->second.height_max.value_or(wish.height_max);
    wish.pinned = own->second.pinned;
    return wish;
}

void Conference::apply_wishes(Session& session) {
    session.delivery().set_wishes(
        [this, receiver = session.participant()](const ParticipantId& source, MediaKind kind) {
            return wish(receiver, source, kind);
        });
}

std::vector<ParticipantId> Conference::by_recency(Subscription::Video kind) const {
    if (kind == Subscription::Video::recent_members) return {members_.rbegin(), members_.rend()};
    std::vector<ParticipantId> recent;
    for (const uint16_t index : speakers_.by_recency()) {
        if (speaker_names_[index]) recent.push_back(*speaker_names_[index]);
    }
    return recent;
}

void Conference::add_speaker(Session& session) {
    auto place = std::find(speaker_names_.begin(), speaker_names_.end(), std::nullopt);
    if (place == speaker_names_.end()) {
        if (speaker_names_.size() == SpeakerDetection::kParticipantsMax) return;
        place = speaker_names_.emplace(place);
    }
    *place = session.participant();
    session.speaker_index = static_cast<size_t>(place - speaker_names_.begin());
    speakers_.add(*session.speaker_index);
}

void Conference::remove_speaker(Session& session) {
    if (!session.speaker_index) return;
    speakers_.remove(*session.speaker_index);
    loudest_.remove(*session.speaker_index);
    speaker_names_[*session.speaker_index].reset();
    if (dominant_ == session.participant()) dominant_.reset();
}

bool Conference::on_audio_level(const Session& session, AudioLevel level, TimePoint now) {
    if (!session.speaker_index) return true;
    speakers_.on_level(*session.speaker_index, level);
    const bool chosen = loudest_.on_packet(*session.speaker_index, level, now);
    return chosen || members_.size() <= context_.config.audible_participants_max;
}

void Conference::on_speaker_changed() {
    const auto index = speakers_.dominant();
    dominant_ = index ? speaker_names_[*index] : std::nullopt;
    if (dominant_) {
        context_.emit(DominantSpeaker{.conference = id_, .participant = *dominant_});
    }
    for (auto& [id, session] : sessions_)
        apply_wishes(*session);
}

void Conference::apply_recency() {
    for (auto& [id, session] : sessions_) {
        const auto found = subscriptions_.find(session->participant());
        if (found == subscriptions_.end()) continue;
        if (found->second.video >= Subscription::Video::recent_speakers) apply_wishes(*session);
    }
}

ConferenceStatistics Conference::measure(TimePoint now) {
    ConferenceStatistics statistics{.taken = now, .sessions = {}};
    for (auto& [id, session] : sessions_)
        statistics.sessions.emplace(id, session->measure(now));
    return statistics;
}

void Conference::tick(TimePoint now) {
    if (speakers_.poll(now)) on_speaker_changed();
    for (auto& [id, session] : sessions_)
        session->tick(now);
}

}  // namespace parley::sfu
