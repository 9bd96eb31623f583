#pragma once

#include <optional>

#include "sfu/frame_marks.hpp"

namespace parley::sfu {

/// RFC 6184 s5: single NAL units, STAP-A and FU-A. A keyframe's packets are those with a sequence
/// parameter set or (the start of) an IDR slice; only the former begins it, as a decoder of another
/// encoding can do nothing with the latter alone.
std::optional<FrameMarks> h264_marks(std::span<const uint8_t> payload, bool marker);

}  // namespace parley::sfu
