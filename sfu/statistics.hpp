#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sfu/session_description.hpp"

/// What the SFU measures of a session. Values.
namespace parley::sfu {

/// RFC 8445 s4: between which candidates media flows.
struct CandidatePair {
    struct End {
        Candidate::Type type = Candidate::Type::host;
        std::string address;
        uint16_t port = 0;
        bool operator==(const End&) const = default;
    };

    End local;  ///< as announced
    End remote;
    bool operator==(const CandidatePair&) const = default;
};

/// Of one source in one direction, each from 0; retransmissions are among packets and bytes.
struct StreamCounters {
    uint64_t packets = 0;
    uint64_t bytes = 0;            ///< RTP payload and header, before encryption
    uint64_t retransmissions = 0;  ///< packets
    uint64_t nacks = 0;            ///< messages that asked for them (RFC 4585 s6.2.1)
    uint64_t keyframe_requests = 0;
};

/// What of a source's video goes to a receiver.
struct ForwardedLayer {
    uint8_t encoding = 0;        ///< in the order of the source's description
    uint16_t height = 0;         ///< pixels; 0: not told
    uint8_t temporal_layer = 0;  ///< the highest
    bool operator==(const ForwardedLayer&) const = default;
};

/// One source's media in one direction. "Lately" is over RecentTraffic's samples.
struct StreamStatistics {
    MediaKind kind = MediaKind::audio;
    Direction direction = Direction::receive;  ///< or send
    std::string codec;                         ///< the latest packet's; empty before the first
    StreamCounters counters;
    uint64_t packets_lost = 0;     ///< as its receiving side counts (RFC 3550 s6.4.1)
    uint64_t bits_per_second = 0;  ///< lately
    double fraction_lost = 0;      ///< lately, 0 to 1
    std::optional<std::chrono::microseconds> jitter;      ///< as its receiving side measures it
    std::optional<std::chrono::microseconds> round_trip;  ///< of what the SFU sends
    std::optional<ForwardedLayer> layer;  ///< of video that the SFU sends; none: it pauses
};

struct SessionStatistics {
    std::optional<CandidatePair> pair;  ///< none: not connected
    uint64_t packets_dropped = 0;       ///< malformed, unauthentic, unknown or over a limit
    std::optional<uint64_t> bandwidth;  ///< bit/s to the client, estimated; none: it gets no video
    std::vector<StreamStatistics> streams;
};

}  // namespace parley::sfu
