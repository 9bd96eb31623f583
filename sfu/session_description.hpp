#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What two peers tell each other about one media session, free of any syntax: the SFU's side of
/// Jingle (XEP-0166/0167/0176/0320/0338/0339) or SDP (RFC 8866). Plain values; any thread.
namespace parley::sfu {

enum class MediaKind : uint8_t { audio, video };

/// Seen from the SFU: `receive` is media from the client, `send` is media to it. `both` is only
/// ever offered to the SFU, which takes it as `receive`: what it sends has contents of its own.
enum class Direction : uint8_t { receive, send, inactive, both };

/// A codec's or feedback's named parameter, such as {"minptime", "10"}; the name may be empty.
using Parameter = std::pair<std::string, std::string>;

/// RFC 4585 s4.2: {"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"transport-cc", ""}.
struct RtcpFeedback {
    std::string type;
    std::string subtype;
    bool operator==(const RtcpFeedback&) const = default;
};

struct Codec {
    uint8_t payload_type = 0;  ///< 0 to 127
    std::string name;          ///< "opus", "VP8", "rtx": compared without case
    uint32_t clock_rate = 0;   ///< Hz
    uint8_t channels = 1;
    std::vector<Parameter> parameters;
    std::vector<RtcpFeedback> feedback;
    bool operator==(const Codec&) const = default;
};

/// RFC 8285.
struct HeaderExtension {
    uint8_t id = 0;  ///< 1 to 14 for one-byte headers
    std::string uri;
    bool operator==(const HeaderExtension&) const = default;
};

/// RFC 5576: a media source and its attributes ("cname", "msid").
struct Source {
    uint32_t ssrc = 0;
    std::vector<Parameter> attributes;
    bool operator==(const Source&) const = default;
};

/// RFC 5576 s4.2: {"FID", {media, rtx}}.
struct SourceGroup {
    std::string semantics;
    std::vector<uint32_t> ssrcs;
    bool operator==(const SourceGroup&) const = default;
};

/// One m-line, one Jingle content.
struct Content {
    std::string name;  ///< the Jingle content's name, the SDP mid
    MediaKind kind = MediaKind::audio;
    Direction direction = Direction::receive;
    std::vector<Codec> codecs;  ///< in order of preference
    std::vector<HeaderExtension> extensions;
    bool extmap_allow_mixed = false;  ///< RFC 8285 s6: headers of one and of two bytes
    std::vector<Source> sources;
    std::vector<SourceGroup> groups;
    std::vector<std::string> rids{};  ///< RFC 8853: simulcast encodings, in order; empty: none
    bool rtcp_mux = true;             ///< RFC 5761
    bool rtcp_reduced_size = false;   ///< RFC 5506
    std::string origin{};             ///< of what the SFU sends: the content's name at its source
    bool operator==(const Content&) const = default;
};

/// RFC 8445 s5.3.
struct Candidate {
    enum class Type : uint8_t { host, srflx, prflx, relay };
    enum class Protocol : uint8_t { udp, tcp_active, tcp_passive, tcp_so };

    std::string foundation;
    uint8_t component = 1;
    Protocol protocol = Protocol::udp;
    uint32_t priority = 0;  ///< 1 to 2^31-1
    std::string address;    ///< an IP address in text; anything else is refused
    uint16_t port = 0;
    Type type = Type::host;
    std::string related_address;  ///< empty: none
    uint16_t related_port = 0;
    bool operator==(const Candidate&) const = default;
};

/// RFC 8122 and RFC 8842.
struct Fingerprint {
    enum class Setup : uint8_t { actpass, active, passive };
    std::string hash = "sha-256";
    std::string value;  ///< "AB:CD:..."
    Setup setup = Setup::actpass;
    bool operator==(const Fingerprint&) const = default;
};

/// The one BUNDLEd transport of a session (RFC 9143).
struct Transport {
    std::string ufrag;
    std::string pwd;
    std::optional<Fingerprint> fingerprint;  ///< none: the peer offers no DTLS-SRTP, and is refused
    std::vector<Candidate> candidates;
    bool operator==(const Transport&) const = default;
};

struct SessionDescription {
    std::vector<Content> contents;
    Transport transport;
    bool bundled = true;  ///< every content names the same transport
    bool operator==(const SessionDescription&) const = default;
};

}  // namespace parley::sfu
