#pragma once

#include <cstdint>
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

using MediaCommand = std::variant<PublishMedia, SubscribeMedia, SetMediaAnswer, AddRemoteCandidates,
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

struct MediaConnected {
    SessionNumber session;
};

/// The session is gone, and nobody asked for that.
struct MediaFailed {
    SessionNumber session;
    Reason reason = Reason::general_error;
    std::string text;
};

using MediaEvent =
    std::variant<LocalDescriptionReady, LocalCandidatesFound, MediaConnected, MediaFailed>;

}  // namespace parley::module
