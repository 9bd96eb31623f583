#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sfu/ice_servers.hpp"
#include "sfu/session_description.hpp"
#include "sfu/statistics.hpp"

/// The selective forwarding unit (RFC 7667 s3.7). It knows conferences, participants and sessions
/// by opaque ids and nothing of XMPP.
namespace parley::sfu {

/// Chosen by the caller, unique over the SFU's life. Comparable, hashable, printable.
struct ConferenceId {
    std::string value;
    auto operator<=>(const ConferenceId&) const = default;
};

struct ParticipantId {
    std::string value;  ///< unique within the conference
    auto operator<=>(const ParticipantId&) const = default;
};

struct SessionId {
    uint64_t value = 0;
    auto operator<=>(const SessionId&) const = default;
};

struct Config {
    std::vector<std::string>
        addresses;  ///< local IP addresses to listen on; empty: every interface's
    std::vector<std::string>
        public_addresses;   ///< announced instead of `addresses`, pairwise, behind NAT
    uint16_t port_min = 0;  ///< 0: any
    uint16_t port_max = 0;  ///< 0: 65535
    bool tcp = false;       ///< also listens for TCP (RFC 6544), in the same range of ports
    std::optional<StunServer> stun_server{};  ///< tells the SFU its address outside of a NAT
    std::optional<TurnServer> turn_server{};  ///< relays for the SFU
    size_t workers = 0;                       ///< media threads; 0: one per core
    size_t participants_per_conference_max = 100;
    size_t sessions_per_participant_max = 101;
    size_t contents_per_participant_max = 8;  ///< that one participant sends in
    size_t candidates_per_session_max = 64;
    /// Of each video stream, and of each encoding of simulcast, to send again what receivers miss;
    /// RetransmissionCache has as many at most. Rounded up to a power of two.
    size_t packets_kept_max = 512;
    size_t audible_participants_max = 8;  ///< whose audio is forwarded: the loudest; 1 to 16
    std::chrono::milliseconds connect_timeout_ms_max{30'000};     ///< answer, ICE and DTLS together
    std::chrono::milliseconds disconnect_timeout_ms_max{15'000};  ///< no packet at all: failed
    /// Nothing is sent to a peer that was silent for so long (RFC 7675 s5.1).
    std::chrono::milliseconds consent_timeout_ms_max{30'000};
    std::chrono::milliseconds keyframe_interval_ms_min{500};  ///< between two PLIs to one source
    std::chrono::milliseconds statistics_interval_ms{1'000};
    /// What publishers may send, the preferred first. What somebody in the conference cannot decode
    /// is left out, unless nothing else is left.
    std::vector<std::string> video_codecs{"VP8", "VP9", "H264", "AV1"};
    // bit/s of what is forwarded, each with RatePolicer's tolerance: publishers are told of
    // video's.
    uint64_t video_bitrate_max = 2'500'000;         ///< of each stream: of simulcast, each encoding
    uint64_t audio_bitrate_max = 1'000'000;         ///< of each stream
    uint64_t participant_bitrate_max = 10'000'000;  ///< of all streams together
};

/// Why a session ended or was refused, in the words of XEP-0166 s7.4.
enum class Reason : uint8_t {
    success,
    connectivity_error,
    failed_application,
    failed_transport,
    incompatible_parameters,
    media_error,
    security_error,
    timeout,
    unsupported_applications,
    unsupported_transports,
    general_error,
};

/// What a receiver wants to get of the others. The default: everything.
struct Subscription {
    enum class Video : uint8_t { none, all, recent_speakers, recent_members };

    struct Override {
        std::optional<bool> audio;
        std::optional<bool> video;
        std::optional<uint16_t> height_max;
        bool pinned = false;  ///< keeps at least its lowest layer, whatever the bandwidth
    };

    bool audio = true;
    Video video = Video::all;
    size_t video_count = 0;   ///< of recent_speakers and recent_members
    uint16_t height_max = 0;  ///< pixels; 0: any
    std::map<ParticipantId, Override> overrides{};
};

/// Every session of a conference at one time.
struct ConferenceStatistics {
    std::chrono::steady_clock::time_point taken;
    std::map<SessionId, SessionStatistics> sessions;
};

/// The SFU's own description is ready: the answer to a publisher, or the offer to a receiver. It
/// carries the candidates gathered so far; more may follow.
struct LocalDescription {
    SessionId session;
    SessionDescription description;
};

struct LocalCandidates {
    SessionId session;
    std::vector<Candidate> candidates;
    bool last = false;  ///< gathering is complete
};

/// In a session that there is already: what the SFU offers of `source`'s media, to be answered by
/// set_answer; or, without a source, what it takes of the contents that the client added. Empty:
/// nothing that the client could use.
struct LocalContents {
    SessionId session;
    std::optional<ParticipantId> source;
    std::vector<Content> contents;
};

/// The SFU's new credentials after restart_ice, with the candidates gathered so far.
struct LocalTransport {
    SessionId session;
    Transport transport;
};

/// ICE and DTLS are up: media flows.
struct SessionConnected {
    SessionId session;
};

/// The session is gone, for whatever reason but the caller's own close_session.
struct SessionFailed {
    SessionId session;
    Reason reason = Reason::general_error;
    std::string text;  ///< English, for a log
};

/// Somebody else speaks most (RFC 6464 levels).
struct DominantSpeaker {
    ConferenceId conference;
    ParticipantId participant;
};

/// What the others want of a video content that the session's client sends has changed; until it is
/// told, all is. By what they wish, not by what their bandwidth allows.
struct ContentDemand {
    SessionId session;
    std::string content;
    bool wanted = true;       ///< by anybody
    uint16_t height_max = 0;  ///< pixels, of who wants most; 0: any
};

/// The session's client sends more than a limit of Config's allows: what is above is not forwarded.
/// Told once for each limit.
struct RateExceeded {
    enum class Limit : uint8_t { video, audio, participant };

    SessionId session;
    Limit limit = Limit::video;
    uint64_t bits_per_second_max = 0;
};

using Event =
    std::variant<LocalDescription, LocalContents, LocalCandidates, LocalTransport, SessionConnected,
                 SessionFailed, DominantSpeaker, ContentDemand, RateExceeded>;

/// All functions: any thread, return at once, never block on media; the work is posted to the media
/// worker that owns the conference, in order. What goes wrong is told by SessionFailed.
class Sfu {
  public:
    /// `on_event` is called on media threads; it must only queue. Events of one session come in
    /// order. Throws std::system_error where no worker can be started, std::invalid_argument
    /// where an address is not an IP address, the port range is empty, or a TURN server has
    /// neither a secret nor a user and a password.
    Sfu(Config config, std::function<void(Event)> on_event);
    ~Sfu();  ///< ends every session and joins every thread
    Sfu(const Sfu&) = delete;
    Sfu& operator=(const Sfu&) = delete;

    /// A conference lives from its first session to end_conference.
    void end_conference(const ConferenceId& conference);

    /// A client's offer to send its media (contents of direction `receive`). Answered by
    /// LocalDescription.
    void publish(const ConferenceId& conference, const ParticipantId& participant,
                 SessionId session, SessionDescription offer);

    /// Opens a session that sends `source`'s media to `receiver`. `source` must have published.
    /// Answered by LocalDescription, the offer for the client; media flows after set_answer.
    void subscribe(const ConferenceId& conference, const ParticipantId& receiver,
                   const ParticipantId& source, SessionId session);

    /// Offers in `session`, which is the receiver's own or one of subscribe, what of `source`'s
    /// media it was not offered yet. Answered by LocalContents.
    void offer_media(const ConferenceId& conference, SessionId session,
                     const ParticipantId& source);

    /// The client's answer to an offer of subscribe or offer_media. Of the latter the transport is
    /// not looked at; contents that it lacks stay offered until remove_contents.
    void set_answer(const ConferenceId& conference, SessionId session, SessionDescription answer);

    /// Trickled candidates of the peer (RFC 8838). Invalid ones are dropped and counted.
    void add_remote_candidates(const ConferenceId& conference, SessionId session,
                               std::vector<Candidate> candidates);

    /// The client wants to send more media in its session. Answered by LocalContents.
    void add_contents(const ConferenceId& conference, SessionId session,
                      std::vector<Content> contents);

    /// By whichever side: contents of the client, or of what is sent to it. Those that carry a
    /// removed content of a client to others are the caller's to remove.
    void remove_contents(const ConferenceId& conference, SessionId session,
                         std::vector<std::string> names);

    /// Pauses and resumes one content (XEP-0166 content-modify).
    void set_active(const ConferenceId& conference, SessionId session, std::string content,
                    bool active);

    /// The client restarts ICE (RFC 8445 s9) with new credentials. Media goes on as it went until
    /// the new checks succeed. Answered by LocalTransport.
    void restart_ice(const ConferenceId& conference, SessionId session, Transport remote);

    /// In all sessions of the receiver, now and later, until set anew.
    void set_subscription(const ConferenceId& conference, const ParticipantId& receiver,
                          Subscription subscription);

    void close_session(const ConferenceId& conference, SessionId session);

    /// Closes every session of the participant, and those that send its media to others; the latter
    /// are told by SessionFailed{success}.
    void remove_participant(const ConferenceId& conference, const ParticipantId& participant);

    /// As the worker last left them, once every statistics_interval_ms. nullptr: no such
    /// conference, or nothing new for 5 s.
    std::shared_ptr<const ConferenceStatistics> statistics(const ConferenceId& conference) const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace parley::sfu
