#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "sfu/codecs.hpp"
#include "sfu/numbering.hpp"
#include "sfu/session_description.hpp"
#include "sfu/sfu.hpp"
#include "sfu/stream_rewriter.hpp"

/// Offer and answer (RFC 3264 in the terms of RFC 8834): which of a publisher's media the SFU
/// takes, and what it offers of them to a receiver. Pure.
namespace parley::sfu {

/// Header extensions the SFU understands.
inline constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
inline constexpr std::string_view kRidUri = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
inline constexpr std::string_view kRepairedRidUri =
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
inline constexpr std::string_view kAudioLevelUri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
inline constexpr std::string_view kAbsSendTimeUri =
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
inline constexpr std::string_view kTransportSequenceUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
inline constexpr std::string_view kDependencyDescriptorUri =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
inline constexpr std::string_view kVideoOrientationUri = "urn:3gpp:video-orientation";
inline constexpr std::string_view kPlayoutDelayUri =
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";

inline constexpr size_t kContentsMax = 8;     ///< of one description
inline constexpr size_t kCodecsMax = 64;      ///< of one content
inline constexpr size_t kExtensionsMax = 32;  ///< of one content
inline constexpr size_t kSourcesMax = 16;     ///< of one content
inline constexpr size_t kEncodingsMax = 4;    ///< simulcast encodings of one content

/// Why a description is not accepted.
struct Refusal {
    Reason reason = Reason::general_error;
    std::string text;
};

/// One simulcast encoding (RFC 8853), or the only one.
struct PublishedEncoding {
    std::string rid{};      ///< empty: told apart by its SSRC
    uint32_t ssrc = 0;      ///< 0: not told; learned from the first packet
    uint32_t rtx_ssrc = 0;  ///< 0: none, or not told
};

/// One content that a publisher may send, as negotiated.
struct PublishedContent {
    Content answer;                            ///< inactive: the client does not send in it now
    std::vector<PublishedEncoding> encodings;  ///< as the client lists them; at least one
    std::string cname;                         ///< empty: not told
    std::string msid;                          ///< "stream track"; empty: not told
};

/// What the SFU takes.
struct CodecRules {
    std::vector<std::string> video_preference;  ///< names
    std::function<bool(const Codec&)> usable;   ///< whether those who receive can decode it
};

/// ICE credentials, a fingerprint of a known hash, BUNDLE and rtcp-mux: what both an offer and an
/// answer need.
tl::expected<void, Refusal> check_transport(const SessionDescription& description);

/// Of the contents that a client offers to send in: those with a codec that the SFU forwards.
/// Contents in which the client does not send are answered as inactive.
tl::expected<std::vector<PublishedContent>, Refusal> negotiate_contents(
    const std::vector<Content>& offered, const CodecRules& rules);

/// The same for the offer of a new session; a refusal where no content is left.
tl::expected<std::vector<PublishedContent>, Refusal> negotiate_publication(
    const SessionDescription& offer, const CodecRules& rules);

/// What is made up for an offer.
struct OfferNames {
    std::string content;                  ///< the content's name
    std::string token;                    ///< for cname and msid where the publisher told none
    std::function<uint32_t()> next_ssrc;  ///< distinct, not 0
};

/// The content to offer to a receiver for a published one, in the numbers of the receiver's
/// transport. Nothing where no codec is left.
std::optional<Content> offer_content(const PublishedContent& published, Numbering& numbering,
                                     const OfferNames& names);

/// How the published content goes to a receiver that answered `offered` with `answered`. Nothing
/// where the receiver does not take it.
std::optional<RewriteRules> rules_for(const PublishedContent& published, const Content& offered,
                                      const Content& answered);

/// An answer's transport (see check_transport) and role.
tl::expected<void, Refusal> check_answer(const SessionDescription& answer);

}  // namespace parley::sfu
