#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sfu/frame_marks.hpp"
#include "sfu/picture_numbers.hpp"

namespace parley::sfu {

/// RFC 7741 s4.2, and of the payload header (s4.3) what tells a keyframe.
struct Vp8Descriptor {
    bool partition_begin = false;  ///< S
    uint8_t partition = 0;         ///< PID
    bool has_picture_id = false;   ///< I
    bool wide_picture_id = false;  ///< M: 15 bits
    bool has_tl0_picture_index = false;
    PictureNumbers numbers;
    bool has_temporal_layer = false;
    uint8_t temporal_layer = 0;  ///< TID
    bool layer_sync = false;     ///< Y
    bool keyframe = false;       ///< on its first packet
    uint16_t width = 0;          ///< of a keyframe
    uint16_t height = 0;
    uint8_t size = 0;  ///< octets

    /// Nothing where the payload ends within the descriptor or right behind it.
    static std::optional<Vp8Descriptor> parse(std::span<const uint8_t> payload);

    FrameMarks marks(bool marker) const;

    /// Overwrites the numbers that the payload this was parsed from, or a copy of it, has.
    void write(std::span<uint8_t> payload, const PictureNumbers& replacement) const;
};

}  // namespace parley::sfu
