#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What Jingle says about RTP media and its ICE transport, as plain values.
namespace parley::module::jingle {

/// <parameter name value/>; either may be empty.
struct Parameter {
    std::string name;
    std::string value;
    bool operator==(const Parameter&) const = default;
};

/// XEP-0293: <rtcp-fb type subtype/>.
struct RtcpFeedback {
    std::string type;
    std::string subtype;
    bool operator==(const RtcpFeedback&) const = default;
};

/// XEP-0167 s6.
struct PayloadType {
    uint8_t id = 0;  ///< 0 to 127
    std::string name;
    uint32_t clock_rate = 0;  ///< Hz; 0: not said
    uint8_t channels = 1;
    std::vector<Parameter> parameters;
    std::vector<RtcpFeedback> feedback;
    bool operator==(const PayloadType&) const = default;
};

/// XEP-0294.
struct HeaderExtension {
    uint8_t id = 0;  ///< 1 to 255
    std::string uri;
    bool operator==(const HeaderExtension&) const = default;
};

/// XEP-0339.
struct Source {
    uint32_t ssrc = 0;
    std::vector<Parameter> parameters;
    bool operator==(const Source&) const = default;
};

struct SourceGroup {
    std::string semantics;
    std::vector<uint32_t> ssrcs;
    bool operator==(const SourceGroup&) const = default;
};

enum class MediaKind : uint8_t { audio, video };

/// XEP-0167: <description/>. Feedback said of the whole description is found in every payload type.
struct RtpDescription {
    MediaKind media = MediaKind::audio;
    std::vector<PayloadType> payload_types;
    std::vector<HeaderExtension> extensions;
    bool extmap_allow_mixed = false;  ///< XEP-0294: headers of one and of two bytes
    std::vector<Source> sources;
    std::vector<SourceGroup> groups;
    std::vector<std::string> rids{};  ///< RFC 8853: simulcast encodings, in order; empty: none
    bool rtcp_mux = false;
    bool rtcp_reduced_size = false;         ///< RFC 5506
    std::vector<std::string> categories{};  ///< XEP-0507: "slides", "speaker", ...
    bool operator==(const RtpDescription&) const = default;
};

/// XEP-0176 s5.3, with the tcptype of XEP-0371.
struct Candidate {
    enum class Type : uint8_t { host, srflx, prflx, relay };
    enum class Protocol : uint8_t { udp, tcp_active, tcp_passive, tcp_so };

    std::string id;  ///< empty: made up when written
    std::string foundation;
    uint8_t component = 1;
    Protocol protocol = Protocol::udp;
    uint32_t priority = 0;
    std::string address;  ///< IPv4 or IPv6 in text, nothing else
    uint16_t port = 0;
    Type type = Type::host;
    std::string related_address;
    uint16_t related_port = 0;
    bool operator==(const Candidate&) const = default;
};

/// XEP-0320.
struct Fingerprint {
    enum class Setup : uint8_t { actpass, active, passive };
    std::string hash;
    std::string value;  ///< "AB:CD:..."
    Setup setup = Setup::actpass;
    bool operator==(const Fingerprint&) const = default;
};

/// XEP-0176: <transport/>.
struct IceTransport {
    std::string ufrag;
    std::string pwd;
    std::optional<Fingerprint> fingerprint;
    std::vector<Candidate> candidates;
    bool operator==(const IceTransport&) const = default;
};

/// What one message may hold at most; more is malformed, or for candidates: ignored.
inline constexpr size_t contents_max = 16;
inline constexpr size_t payload_types_max = 64;  ///< of one content
inline constexpr size_t extensions_max = 32;     ///< of one content
inline constexpr size_t sources_max = 32;        ///< of one content
inline constexpr size_t parameters_max = 32;     ///< of one payload type or source
inline constexpr size_t feedback_max = 16;       ///< of one payload type
inline constexpr size_t rids_max = 4;            ///< of one content
inline constexpr size_t rid_bytes_max = 16;      ///< ASCII letters and digits
inline constexpr size_t candidates_max = 64;     ///< of one content
inline constexpr size_t token_bytes_max = 256;   ///< ufrag, pwd, content names, sids, ids
inline constexpr size_t value_bytes_max = 1024;  ///< parameters, URIs

}  // namespace parley::module::jingle
