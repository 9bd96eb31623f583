#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "sfu/session_description.hpp"
#include "sfu/sfu.hpp"
#include "sfu/stream_rewriter.hpp"

/// Offer and answer (RFC 3264 in the terms of RFC 8834): which of a publisher's media the SFU
/// takes, and what it offers of them to a receiver. Pure.
namespace parley::sfu {

/// Header extensions the SFU understands.
inline constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
inline constexpr std::string_view kAudioLevelUri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
inline constexpr std::string_view kAbsSendTimeUri =
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
inline constexpr std::string_view kVideoOrientationUri = "urn:3gpp:video-orientation";
inline constexpr std::string_view kPlayoutDelayUri =
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";

inline constexpr size_t kContentsMax = 8;
inline constexpr size_t kCodecsMax = 64;      ///< of one content
inline constexpr size_t kExtensionsMax = 32;  ///< of one content
inline constexpr size_t kSourcesMax = 16;     ///< of one content

/// Why a description is not accepted.
struct Refusal {
    Reason reason = Reason::general_error;
    std::string text;
};

/// One content that a publisher may send, as negotiated.
struct PublishedContent {
    Content answer;
    uint32_t ssrc = 0;      ///< 0: not told; learned from the first packet
    uint32_t rtx_ssrc = 0;  ///< 0: none, or not told
    std::string cname;      ///< empty: not told
    std::string msid;       ///< "stream track"; empty: not told
};

/// The codec's format parameter "apt" (RFC 4588 s8.1), or -1.
int associated_payload_type(const Codec& codec);

/// ICE credentials, a fingerprint of a known hash, BUNDLE and rtcp-mux: what both an offer and an
/// answer need.
tl::expected<void, Refusal> check_transport(const SessionDescription& description);

/// What the SFU takes of a client's offer: the contents with a codec it forwards (Opus, RED of
/// Opus, VP8 and its RTX). Contents without one are left out; a refusal where none is left.
tl::expected<std::vector<PublishedContent>, Refusal> negotiate_publication(
    const SessionDescription& offer);

/// The contents to offer to a receiver, one for each published. `next_ssrc` gives distinct,
/// non-zero values; `name` is used for cname and msid where the publisher told none.
std::vector<Content> offer_contents(const std::vector<PublishedContent>& published,
                                    const std::string& name,
                                    const std::function<uint32_t()>& next_ssrc);

/// One content that the receiver takes.
struct TakenContent {
    size_t content = 0;  ///< index into the published contents
    RewriteRules rules;
};

/// Compares the answer with the offer it belongs to. A refusal where the receiver takes nothing.
tl::expected<std::vector<TakenContent>, Refusal> negotiate_subscription(
    const std::vector<PublishedContent>& published, const std::vector<Content>& offered,
    const SessionDescription& answer);

}  // namespace parley::sfu
