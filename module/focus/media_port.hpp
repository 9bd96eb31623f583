#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "module/calls/names.hpp"
#include "module/jingle/description.hpp"
#include "module/jingle/reason.hpp"

/// The port through which the focus uses a media plane: commands out, events in, all of them
/// values. The composition root connects it to the SFU; tests to a SimulatedMedia.
namespace parley::module {

/// A media session, numbered by the focus; never used twice.
struct SessionNumber {
    uint64_t value = 0;
    auto operator<=>(const SessionNumber&) const = default;
};

/// One m-line. `from_client` media comes from the client, otherwise goes to it.
struct MediaContent {
    std::string name;
    bool from_client = true;
    jingle::RtpDescription rtp;
    std::string origin{};   ///< of what goes to a client: the content's name at its source
    bool inactive = false;  ///< neither side sends
    bool operator==(const MediaContent&) const = default;
};

/// All media of a session on its one BUNDLEd transport.
struct MediaDescription {
    std::vector<MediaContent> contents;
    jingle::IceTransport transport;
    bool bundled = true;  ///< the client put every content on one transport
    bool operator==(const MediaDescription&) const = default;
};

/// The client's offer to send its media. Answered by LocalDescriptionReady.
struct PublishMedia {
    CallId conference;
    FullJid participant;
    SessionNumber session;
    MediaDescription offer;
};

/// A session that sends `source`'s media to `receiver`. Answered by LocalDescriptionReady.
struct SubscribeMedia {
    CallId conference;
    FullJid receiver;
    FullJid source;
    SessionNumber session;
};

/// Offers in a session of `session`'s client what of `source`'s media it was not offered there yet.
/// Answered by LocalContentsReady.
struct OfferMedia {
    CallId conference;
    SessionNumber session;
    FullJid source;
};

/// The client wants to send more media in its session. Answered by LocalContentsReady.
struct AddMediaContents {
    CallId conference;
    SessionNumber session;
    std::vector<MediaContent> contents;
};

/// Of either side. What carries a removed content to others is the focus's to remove.
struct RemoveMediaContents {
    CallId conference;
    SessionNumber session;
    std::vector<std::string> names;
};

/// Pauses or resumes one content, of either side.
struct SetMediaActive {
    CallId conference;
    SessionNumber session;
    std::string content;
    bool active = true;
};

/// The client restarts ICE. Answered by LocalTransportReady.
struct RestartIce {
    CallId conference;
    SessionNumber session;
    jingle::IceTransport transport;
};

/// What a participant wants to get of the others. The default: everything.
struct MediaSubscription {
    enum class Video : uint8_t { none, all, recent_speakers, recent_members };

    struct Override {
        std::optional<bool> audio;
        std::optional<bool> video;
        std::optional<uint16_t> height_max;
        bool pinned = false;  ///< keeps at least its lowest layer, whatever the bandwidth
        bool operator==(const Override&) const = default;
    };

    bool audio = true;
    Video video = Video::all;
    uint32_t video_count = 0;  ///< of recent_speakers and recent_members
    uint16_t height_max = 0;   ///< pixels; 0: any
    std::map<FullJid, Override> overrides{};
    bool operator==(const MediaSubscription&) const = default;
};

struct SetMediaSubscription {
    CallId conference;
    FullJid receiver;
    MediaSubscription subscription;
};

/// Of a session, or of contents that OfferMedia offered: of the latter the transport means nothing.
struct SetMediaAnswer {
    CallId conference;
    SessionNumber session;
    MediaDescription answer;
};

struct AddRemoteCandidates {
    CallId conference;
    SessionNumber session;
    std::vector<jingle::Candidate> candidates;
};

struct CloseMediaSession {
    CallId conference;
    SessionNumber session;
};

/// Closes every session of the participant and those that carry its media to others.
struct RemoveMediaParticipant {
    CallId conference;
    FullJid participant;
};

struct EndMediaConference {
    CallId conference;
};

using MediaCommand = std::variant<PublishMedia, SubscribeMedia, OfferMedia, AddMediaContents,
                                  RemoveMediaContents, SetMediaActive, RestartIce,
                                  SetMediaSubscription, SetMediaAnswer, AddRemoteCandidates,
                                  CloseMediaSession, RemoveMediaParticipant, EndMediaConference>;

/// The answer to a publisher, or the offer to a receiver.
struct LocalDescriptionReady {
    SessionNumber session;
    MediaDescription description;
};

struct LocalCandidatesFound {
    SessionNumber session;
    std::vector<jingle::Candidate> candidates;
};

/// In a session that there is already: what of `source`'s media is offered, or without a source
/// what is taken of the contents that the client added. Empty: nothing that the client could use.
struct LocalContentsReady {
    SessionNumber session;
    std::optional<FullJid> source;
    std::vector<MediaContent> contents;
};

/// The answer to RestartIce.
struct LocalTransportReady {
    SessionNumber session;
    jingle::IceTransport transport;
};

struct MediaConnected {
    SessionNumber session;
};

/// The session is gone, and nobody asked for that.
struct MediaFailed {
    SessionNumber session;
    Reason reason = Reason::general_error;
    std::string text;
};

/// Somebody else speaks most.
struct SpeakerChanged {
    CallId conference;
    FullJid speaker;
};

/// What the others want of a video content that the session's client sends has changed; until it is
/// told, all is.
struct MediaDemandChanged {
    SessionNumber session;
    std::string content;
    bool wanted = true;       ///< by anybody
    uint16_t height_max = 0;  ///< pixels, of who wants most; 0: any
};

/// The session's client sends more than the media plane forwards.
struct MediaLimitExceeded {
    SessionNumber session;
    std::string text;  ///< for the log: what limit, and what may be done
};

using MediaEvent = std::variant<LocalDescriptionReady, LocalContentsReady, LocalCandidatesFound,
                                LocalTransportReady, MediaConnected, MediaFailed, SpeakerChanged,
                                MediaDemandChanged, MediaLimitExceeded>;

}  // namespace parley::module
