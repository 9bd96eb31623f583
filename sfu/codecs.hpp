#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sfu/frame_marks.hpp"
#include "sfu/session_description.hpp"

/// Which codecs the SFU forwards and when two descriptions mean the same one. Pure.
namespace parley::sfu {

bool same_name(std::string_view a, std::string_view b);  ///< without case (RFC 8866 s6.6)

bool is_opus(const Codec& codec);
bool is_rtx(const Codec& codec);
/// Of audio (RFC 2198).
bool is_red(const Codec& codec);
/// As browsers offer it: fmtp "111/111", with the same Opus format in every block.
bool is_red_of(const Codec& codec, uint8_t opus_type);
/// Of video; `other` of everything else.
PayloadFormat payload_format(const Codec& codec);

/// The codec's format parameter, or the empty string.
std::string_view parameter(const Codec& codec, std::string_view name);

/// The codec's format parameter "apt" (RFC 4588 s8.1), or -1.
int associated_payload_type(const Codec& codec);

/// The RTX format of this payload type, or nullptr.
const Codec* find_rtx(const std::vector<Codec>& codecs, uint8_t payload_type);

/// Whether a decoder of the one takes what an encoder of the other makes: name, clock rate, and
/// the parameters that tell incompatible formats apart (H.264: profile and packetization-mode,
/// RFC 6184 s8.2.2; VP9 and AV1: profile). Payload types may differ.
bool same_codec(const Codec& a, const Codec& b);

/// The one of `codecs` that is the same, or nullptr.
const Codec* find_same(const std::vector<Codec>& codecs, const Codec& codec);

/// What the SFU takes of an offer's codecs, the preferred first, each video codec followed by its
/// RTX: Opus and RED of it; of video those named in `video_preference` that `usable` holds for, or
/// if it holds for none, the first of those named. Feedback is reduced to what the SFU acts on.
std::vector<Codec> choose_codecs(MediaKind kind, const std::vector<Codec>& offered,
                                 const std::vector<std::string>& video_preference,
                                 const std::function<bool(const Codec&)>& usable);

}  // namespace parley::sfu
