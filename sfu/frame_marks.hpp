#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace parley::sfu {

inline constexpr uint8_t kTemporalLayersMax = 8;

/// What forwarding needs to know of one packet of video: told by its dependency descriptor where it
/// has one, else by its payload's descriptor.
struct FrameMarks {
    bool frame_begin = false;
    bool frame_end = false;
    /// Of a frame that needs no other: where it begins, another encoding may begin. Formats that
    /// say it once a frame say it on the first packet.
    bool keyframe = false;
    uint8_t temporal_layer = 0;
    uint8_t spatial_layer = 0;
    /// The frame needs lower temporal layers only: whoever has those may have its layer from here.
    bool layer_sync = false;
    /// Whoever has the frame may have the temporal layers up to this one from here.
    uint8_t layer_open = 0;
    uint16_t width = 0;  ///< of some keyframes; 0: not told
    uint16_t height = 0;
    bool operator==(const FrameMarks&) const = default;
};

enum class PayloadFormat : uint8_t { other, vp8, vp9, h264, av1 };

/// By the codec's name in SDP, without case.
PayloadFormat payload_format(std::string_view codec);

/// Of a packet without a dependency descriptor. Nothing where the payload is malformed, or of
/// another format.
std::optional<FrameMarks> read_frame_marks(PayloadFormat format, std::span<const uint8_t> payload,
                                           bool marker);

}  // namespace parley::sfu
