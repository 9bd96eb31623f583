#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "module/calls/names.hpp"
#include "module/focus/media_port.hpp"

/// What a media plane measures, and what it means for participants. "Lately": in the last seconds.
namespace parley::module {

/// RFC 8445 s4: between which candidates media flows.
struct CandidatePair {
    struct End {
        jingle::Candidate::Type type = jingle::Candidate::Type::host;
        std::string address;
        uint16_t port = 0;
    };

    End local;
    End remote;  ///< the client's
};

/// What of a source's video a client gets.
struct ForwardedLayer {
    uint8_t encoding = 0;        ///< in the order of the source's description
    uint16_t height = 0;         ///< pixels; 0: not told
    uint8_t temporal_layer = 0;  ///< the highest
};

/// One source's media in one session.
struct StreamStatistics {
    bool from_client = true;
    std::string codec;             ///< empty: nothing came yet
    uint64_t bits_per_second = 0;  ///< lately
    double fraction_lost = 0;      ///< lately, 0 to 1
    std::optional<std::chrono::microseconds> round_trip;
    std::optional<ForwardedLayer> layer{};  ///< of video to the client; none: paused
};

struct SessionStatistics {
    std::optional<CandidatePair> pair;  ///< none: not connected
    std::vector<StreamStatistics> streams;
    std::optional<uint64_t>
        bandwidth{};  ///< bit/s to the client, estimated; none: it gets no video
};

using MediaStatistics = std::map<SessionNumber, SessionStatistics>;

/// Of one participant, with its own eyes.
struct ParticipantStatistics {
    /// The media that the client sends to the conference, or gets from it.
    struct Way {
        uint64_t bits_per_second = 0;  ///< of all streams
        double fraction_lost = 0;      ///< of the worst
    };

    Way sends;
    Way receives;
    std::optional<std::chrono::microseconds> round_trip;  ///< the longest
    std::vector<std::string> codecs;                      ///< in which it sends, each once
    std::optional<CandidatePair> pair;                    ///< of the session in which it sends
    std::vector<ForwardedLayer> layers;                   ///< of each video that it gets
    std::optional<uint64_t> bandwidth;                    ///< to it, of all of its sessions

    /// Another of its sessions; `publishes`: the one in which it sends.
    void add(const SessionStatistics& session, bool publishes);
};

using CallStatistics = std::map<FullJid, ParticipantStatistics>;

}  // namespace parley::module
