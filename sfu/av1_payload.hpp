#pragma once

#include <optional>

#include "sfu/frame_marks.hpp"

namespace parley::sfu {

/// RTP Payload Format For AV1 s4.4: the aggregation header, and the headers of the OBUs behind it.
std::optional<FrameMarks> av1_marks(std::span<const uint8_t> payload, bool marker);

}  // namespace parley::sfu
