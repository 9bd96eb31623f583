#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sfu/frame_marks.hpp"
#include "sfu/picture_numbers.hpp"

namespace parley::sfu {

/// RFC 9628 s4.2, up to TL0PICIDX.
struct Vp9Descriptor {
    bool inter_picture_predicted = false;  ///< P
    bool flexible = false;                 ///< F
    bool frame_begin = false;              ///< B: of one spatial layer
    bool frame_end = false;                ///< E
    bool not_referenced_above = false;     ///< Z: no higher spatial layer needs the frame
    bool has_picture_id = false;           ///< I
    bool wide_picture_id = false;          ///< M: 15 bits
    bool has_tl0_picture_index = false;    ///< layers are told, and the mode is not flexible
    PictureNumbers numbers;
    uint8_t temporal_layer = 0;           ///< TID
    uint8_t spatial_layer = 0;            ///< SID
    bool switching_up_point = false;      ///< U
    bool inter_layer_dependency = false;  ///< D
    uint8_t size = 0;                     ///< octets read

    /// Nothing where the payload ends within these fields or right behind them.
    static std::optional<Vp9Descriptor> parse(std::span<const uint8_t> payload);

    FrameMarks marks() const;

    /// Overwrites the numbers that the payload this was parsed from, or a copy of it, has.
    void write(std::span<uint8_t> payload, const PictureNumbers& replacement) const;
};

}  // namespace parley::sfu
