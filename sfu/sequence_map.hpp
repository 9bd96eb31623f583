#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sfu/sequence.hpp"

namespace parley::sfu {

/// Gives the packets of one source numbers in one receiver's stream: gaps of the source stay gaps,
/// so that the receiver asks for what is missing; what is left out on purpose leaves none. Pure.
class SequenceMap {
  public:
    static constexpr uint16_t kHistory = 1024;  ///< how far back late packets are placed

    explicit SequenceMap(uint16_t first) : next_(first) {}

    /// Another source, or the same after a pause: its next packet follows the latest given number.
    void begin() { started_ = false; }

    /// Nothing for what was left out, is older than kHistory or than the source's first packet.
    std::optional<uint16_t> place(uint16_t source) {
        if (!started_) {
            start(source);
            return next_++;
        }
        const int16_t ahead = sequence_distance(highest_, source);
        if (ahead > 0) {
            advance(source, static_cast<uint16_t>(ahead));
            next_ = static_cast<uint16_t>(source + offset_ + 1);
            return static_cast<uint16_t>(source + offset_);
        }
        const int back = -ahead;
        if (back > span_ || left_out(source)) return std::nullopt;
        return static_cast<uint16_t>(source + offset_ + left_out_after(source, back));
    }

    /// The packet is not sent: the numbers after it move up. One that is older than the newest
    /// keeps the place that was left for it.
    void leave_out(uint16_t source) {
        if (!started_) return;
        const int16_t ahead = sequence_distance(highest_, source);
        if (ahead <= 0) return;
        advance(source, static_cast<uint16_t>(ahead));
        mark(source, true);
        --offset_;
        next_ = static_cast<uint16_t>(source + offset_ + 1);
    }

  private:
    void start(uint16_t source) {
        started_ = true;
        highest_ = source;
        offset_ = static_cast<uint16_t>(next_ - source);
        span_ = 0;
        left_out_.fill(0);
    }

    void advance(uint16_t source, uint16_t ahead) {
        if (ahead >= kHistory) {
            left_out_.fill(0);
        } else {
            for (uint16_t i = 0; i < ahead; ++i)
                mark(static_cast<uint16_t>(source - i), false);
        }
        highest_ = source;
        span_ = std::min(span_ + ahead, kHistory - 1);
    }

    void mark(uint16_t source, bool value) {
        auto& word = left_out_[source % kHistory / 64];
        const uint64_t bit = uint64_t{1} << (source % 64);
        word = value ? word | bit : word & ~bit;
    }

    bool left_out(uint16_t source) const {
        return ((left_out_[source % kHistory / 64] >> (source % 64)) & 1) != 0;
    }

    int left_out_after(uint16_t source, int back) const {
        int count = 0;
        for (int i = 1; i <= back; ++i)
            count += left_out(static_cast<uint16_t>(source + i)) ? 1 : 0;
        return count;
    }

    bool started_ = false;
    uint16_t next_;         ///< after the highest given
    uint16_t highest_ = 0;  ///< of the source
    uint16_t offset_ = 0;   ///< from the source's newest number to the given one
    int span_ = 0;          ///< numbers of the source before highest_ that have a place
    std::array<uint64_t, kHistory / 64> left_out_{};
};

}  // namespace parley::sfu
