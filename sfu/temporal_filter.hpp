#pragma once

#include <algorithm>
#include <cstdint>

#include "sfu/frame_marks.hpp"

namespace parley::sfu {

/// Which packets of one encoding a receiver gets for the temporal layers it shall have: fewer from
/// the next frame on, more where a frame lets it.
class TemporalFilter {
  public:
    void set_target(uint8_t layer) { target_ = layer; }

    uint8_t current() const { return current_; }

    /// Another encoding, or a pause: only the lowest layer until a frame opens the others.
    void reset() { current_ = 0; }

    bool accept(const FrameMarks& marks) {
        if (marks.frame_begin) {
            current_ = std::min(current_, target_);
            if (marks.layer_sync && marks.temporal_layer <= target_) {
                current_ = std::max(current_, marks.temporal_layer);
            }
            if (marks.temporal_layer <= current_) {
                current_ = std::max(current_, std::min(marks.layer_open, target_));
            }
        }
        return marks.temporal_layer <= current_;
    }

  private:
    uint8_t target_ = kTemporalLayersMax - 1;
    uint8_t current_ = 0;
};

}  // namespace parley::sfu
