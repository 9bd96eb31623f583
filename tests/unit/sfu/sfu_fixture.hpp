#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sfu/byte_order.hpp"
#include "sfu/sfu.hpp"
#include "sfu/transport_feedback.hpp"
#include "tests/unit/sfu/test_peer.hpp"

/// A whole SFU with real sockets, and peers that publish and subscribe over loopback.
namespace parley::sfu::test {

inline constexpr uint32_t kAudioSsrc = 0x0a0a0a0a;
inline constexpr uint32_t kVideoSsrc = 0x0b0b0b0b;
inline constexpr uint32_t kVideoRtxSsrc = 0x0c0c0c0c;
inline constexpr uint8_t kOpus = 111;
inline constexpr uint8_t kVp8 = 96;
inline constexpr uint8_t kRtx = 97;
inline constexpr uint8_t kLevelId = 1;
inline constexpr uint8_t kSendTimeId = 2;

inline std::vector<Content> published_contents() {
    Content audio;
    audio.name = "0";
    audio.kind = MediaKind::audio;
    audio.codecs = {{.payload_type = kOpus,
                     .name = "opus",
                     .clock_rate = 48'000,
                     .channels = 2,
                     .parameters = {{"minptime", "10"}, {"useinbandfec", "1"}},
                     .feedback = {{"transport-cc", ""}}}};
    audio.extensions = {{kLevelId, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"}};
    audio.sources = {{kAudioSsrc, {{"cname", "alice-cname"}, {"msid", "stream audio"}}}};
    Content video;
    video.name = "1";
    video.kind = MediaKind::video;
    video.codecs = {{.payload_type = kVp8,
                     .name = "VP8",
                     .clock_rate = 90'000,
                     .parameters = {},
                     .feedback = {{"nack", ""}, {"nack", "pli"}, {"goog-remb", ""}}},
                    {.payload_type = kRtx,
                     .name = "rtx",
                     .clock_rate = 90'000,
                     .parameters = {{"apt", "96"}},
                     .feedback = {}}};
    video.extensions = {
        {kSendTimeId, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"}};
    video.sources = {{kVideoSsrc, {{"cname", "alice-cname"}, {"msid", "stream video"}}},
                     {kVideoRtxSsrc, {{"cname", "alice-cname"}, {"msid", "stream video"}}}};
    video.groups = {{"FID", {kVideoSsrc, kVideoRtxSsrc}}};
    return {audio, video};
}

/// An SFU with what it said.
class Fixture {
  public:
    explicit Fixture(Config config = loopback())
        : sfu(std::move(config), [this](Event event) {
              const std::lock_guard lock(mutex_);
              events_.push_back(std::move(event));
          }) {}

    static Config loopback() {
        Config config;
        config.addresses = {"127.0.0.1"};
        config.workers = 1;
        config.statistics_interval_ms = milliseconds(10);
        // Tests send as fast as they can.
        config.video_bitrate_max = 100'000'000;
        config.participant_bitrate_max = 1'000'000'000;
        return config;
    }

    /// The session's first event of the kind, once it is there; fails the test otherwise.
    template <class Kind>
    Kind expect(uint64_t session) {
        std::optional<Kind> found;
        wait_until([&] { return (found = find<Kind>(session)).has_value(); });
        BOOST_REQUIRE_MESSAGE(found, "event of session " << session);
        return *found;
    }

    template <class Kind>
    std::optional<Kind> find(uint64_t session) {
        const std::lock_guard lock(mutex_);
        for (const auto& event : events_) {
            const auto* kind = std::get_if<Kind>(&event);
            if (kind != nullptr && kind->session.value == session) return *kind;
        }
        return std::nullopt;
    }

    void forget_events() {
        const std::lock_guard lock(mutex_);
        events_.clear();
    }

    /// What was told of contents of the session.
    void forget_contents(uint64_t session) {
        const std::lock_guard lock(mutex_);
        std::erase_if(events_, [&](const Event& event) {
            const auto* contents = std::get_if<LocalContents>(&event);
            return contents != nullptr && contents->session.value == session;
        });
    }

    /// Of the latest event that tells it.
    std::optional<ParticipantId> dominant() {
        const std::lock_guard lock(mutex_);
        std::optional<ParticipantId> latest;
        for (const auto& event : events_) {
            if (const auto* speaker = std::get_if<DominantSpeaker>(&event))
                latest = speaker->participant;
        }
        return latest;
    }

    /// As of a moment after the call; nothing where there is no such session any more.
    std::optional<SessionStatistics> statistics(uint64_t session) {
        const auto asked = Clock::now();
        std::shared_ptr<const ConferenceStatistics> all;
        BOOST_REQUIRE(wait_until([&] {
            all = sfu.statistics(conference);
            return all != nullptr && all->taken > asked;
        }));
        const auto found = all->sessions.find({session});
        return found == all->sessions.end() ? std::nullopt : std::optional(found->second);
    }

    /// A publisher that has connected.
    std::unique_ptr<TestPeer> publish(const std::string& participant, uint64_t session,
                                      std::vector<Content> contents = published_contents()) {
        auto peer = std::make_unique<TestPeer>(peers, IceAgent::Role::controlling);
        SessionDescription offer;
        offer.contents = std::move(contents);
        offer.transport = peer->describe(Fingerprint::Setup::actpass);
        if (change_of_peers) change_of_peers(offer.transport.candidates);
        sfu.publish(conference, {participant}, {session}, offer);
        auto answer = expect<LocalDescription>(session).description;
        answer.transport.candidates = candidates(session);
        BOOST_TEST((answer.transport.fingerprint->setup == Fingerprint::Setup::passive));
        peer->connect(answer.transport, DtlsTransport::Role::client);
        BOOST_REQUIRE(wait_until([&] { return peer->connected(); }));
        expect<SessionConnected>(session);
        return peer;
    }

    struct Receiver {
        std::unique_ptr<TestPeer> peer;
        SessionDescription offer;

        uint32_t ssrc(size_t content) const { return offer.contents[content].sources[0].ssrc; }

        uint32_t rtx_ssrc(size_t content) const { return offer.contents[content].sources[1].ssrc; }
    };

    /// `change`: of what the receiver answers with.
    Receiver subscribe(const std::string& receiver, const std::string& source, uint64_t session,
                       const std::function<void(std::vector<Content>&)>& change = {}) {
        sfu.subscribe(conference, {receiver}, {source}, {session});
        Receiver result;
        result.offer = expect<LocalDescription>(session).description;
        result.peer = std::make_unique<TestPeer>(peers, IceAgent::Role::controlled);
        SessionDescription answer;
        answer.contents = result.offer.contents;
        for (auto& content : answer.contents)
            content.sources.clear();
        if (change) change(answer.contents);
        answer.transport = result.peer->describe(Fingerprint::Setup::active);
        if (change_of_peers) change_of_peers(answer.transport.candidates);
        result.offer.transport.candidates = candidates(session);
        result.peer->connect(result.offer.transport, DtlsTransport::Role::client);
        // Trickled, and apart from the answer, as browsers do.
        const auto candidates = std::exchange(answer.transport.candidates, {});
        sfu.set_answer(conference, {session}, answer);
        sfu.add_remote_candidates(conference, {session}, candidates);
        BOOST_REQUIRE(wait_until([&] { return result.peer->connected(); }));
        expect<SessionConnected>(session);
        return result;
    }

    /// All of the SFU's for the session, once it has gathered them, as peers get them.
    std::vector<Candidate> candidates(uint64_t session) {
        std::vector<Candidate> all;
        BOOST_REQUIRE(wait_until([&] { return gathered(session, all); }));
        if (change_of_sfu) change_of_sfu(all);
        return all;
    }

    const ConferenceId conference{"conference"};
    PeerThread peers;
    /// What becomes of candidates on their way, if anything.
    std::function<void(std::vector<Candidate>&)> change_of_peers;
    std::function<void(std::vector<Candidate>&)> change_of_sfu;

  private:
    bool gathered(uint64_t session, std::vector<Candidate>& all) {
        const std::lock_guard lock(mutex_);
        all.clear();
        bool last = false;
        for (const auto& event : events_) {
            const auto* description = std::get_if<LocalDescription>(&event);
            if (description != nullptr && description->session.value == session)
                all = description->description.transport.candidates;
            const auto* trickled = std::get_if<LocalCandidates>(&event);
            if (trickled == nullptr || trickled->session.value != session) continue;
            all.insert(all.end(), trickled->candidates.begin(), trickled->candidates.end());
            last = last || trickled->last;
        }
        return last;
    }

    std::mutex mutex_;
    std::vector<Event> events_;

  public:
    Sfu sfu;
};

/// The begin of a VP8 frame that is no keyframe (RFC 7741 s4.2), and the number.
inline std::vector<uint8_t> numbered_payload(uint16_t number, size_t size) {
    std::vector<uint8_t> payload(size, 0x55);
    payload[0] = 0x10;
    payload[1] = 0x01;
    write_u16(&payload[2], number);
    return payload;
}

/// RFC 7741: one frame of one packet, with a PictureID of 15 bits and, of a keyframe, its size.
inline std::vector<uint8_t> vp8_frame(uint16_t picture, bool keyframe, uint16_t height) {
    std::vector<uint8_t> payload(400, 0x55);
    payload[0] = 0x90;
    payload[1] = 0x80;
    write_u16(&payload[2], static_cast<uint16_t>(picture | 0x8000));
    payload[4] = keyframe ? 0x00 : 0x01;
    if (!keyframe) return payload;
    const std::array<uint8_t, 9> rest{0,
                                      0,
                                      0x9d,
                                      0x01,
                                      0x2a,
                                      static_cast<uint8_t>(height * 16 / 9),
                                      static_cast<uint8_t>((height * 16 / 9) >> 8),
                                      static_cast<uint8_t>(height),
                                      static_cast<uint8_t>(height >> 8)};
    std::copy(rest.begin(), rest.end(), payload.begin() + 5);
    return payload;
}

inline uint16_t number_of(std::span<const uint8_t> payload) {
    return read_u16(&payload[2]);
}

/// What a socket's buffer holds, should the receiver's thread not come to run meanwhile.
inline constexpr uint16_t kBurst = 50;

inline void send_media(TestPeer& peer, uint32_t first, uint16_t count) {
    BOOST_REQUIRE(count <= kBurst);
    const std::array<uint8_t, 1> level{0x85};
    const std::array<uint8_t, 3> send_time{1, 2, 3};
    for (uint16_t i = 0; i < count; ++i) {
        const auto number = static_cast<uint16_t>(first + i);
        const ExtensionElement audio_level{kLevelId, level};
        const ExtensionElement abs_send_time{kSendTimeId, send_time};
        peer.send_rtp({.payload_type = kOpus,
                       .sequence = number,
                       .timestamp = (first + i) * 960,
                       .ssrc = kAudioSsrc,
                       .extensions = {&audio_level, 1}},
                      numbered_payload(number, 80));
        peer.send_rtp({.marker = true,
                       .payload_type = kVp8,
                       .sequence = number,
                       .timestamp = (first + i) * 3000,
                       .ssrc = kVideoSsrc,
                       .extensions = {&abs_send_time, 1}},
                      numbered_payload(number, 1100));
    }
}

}  // namespace parley::sfu::test
