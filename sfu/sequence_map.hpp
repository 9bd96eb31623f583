#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sfu/sequence.hpp"

namespace parley::sfu {

/// Gives the packets of one source numbers in one receiver's stream, each once: gaps of the source
/// stay gaps, so that the receiver asks for what is missing; what is left out on purpose leaves
/// none. Pure.
class SequenceMap {
  public:
    static constexpr uint16_t kHistory = 1024;  ///< how far back late packets are placed

    explicit SequenceMap(uint16_t first) : next_(first) {}

    /// Another source, or the same after a pause: its next packet follows the latest given number.
    void begin() { started_ = false; }

    /// Nothing for what has its number already, was left out, is older than kHistory or than the
    /// source's first packet.
    std::optional<uint16_t> place(uint16_t source) {
        if (!started_) {
            start(source);
            return next_++;
        }
        const int16_t ahead = sequence_distance(highest_, source);
        if (ahead > 0) {
            advance(source, static_cast<uint16_t>(ahead));
            given_.set(source);
            next_ = static_cast<uint16_t>(source + offset_ + 1);
            return static_cast<uint16_t>(source + offset_);
        }
        const int back = -ahead;
        if (back > span_ || left_out_.has(source) || given_.has(source)) return std::nullopt;
        given_.set(source);
        return static_cast<uint16_t>(source + offset_ + left_out_after(source, back));
    }

    /// The packet is not sent: the numbers after it move up. One that is older than the newest
    /// keeps the place that was left for it.
    void leave_out(uint16_t source) {
        if (!started_) return;
        const int16_t ahead = sequence_distance(highest_, source);
        if (ahead <= 0) return;
        advance(source, static_cast<uint16_t>(ahead));
        left_out_.set(source);
        --offset_;
        next_ = static_cast<uint16_t>(source + offset_ + 1);
    }

  private:
    /// Of the source's latest kHistory numbers.
    class Marks {
      public:
        void set(uint16_t source) { word(source) |= bit(source); }

        void reset(uint16_t source) { word(source) &= ~bit(source); }

        bool has(uint16_t source) const {
            return (words_[source % kHistory / 64] & bit(source)) != 0;
        }

        void clear() { words_.fill(0); }

      private:
        static uint64_t bit(uint16_t source) { return uint64_t{1} << (source % 64); }

        uint64_t& word(uint16_t source) { return words_[source % kHistory / 64]; }

        std::array<uint64_t, kHistory / 64> words_{};
    };

    void start(uint16_t source) {
        started_ = true;
        highest_ = source;
        offset_ = static_cast<uint16_t>(next_ - source);
        span_ = 0;
        left_out_.clear();
        given_.clear();
        given_.set(source);
    }

    void advance(uint16_t source, uint16_t ahead) {
        if (ahead >= kHistory) {
            left_out_.clear();
            given_.clear();
        } else {
            for (uint16_t i = 0; i < ahead; ++i) {
                left_out_.reset(static_cast<uint16_t>(source - i));
                given_.reset(static_cast<uint16_t>(source - i));
            }
        }
        highest_ = source;
        span_ = std::min(span_ + ahead, kHistory - 1);
    }

    int left_out_after(uint16_t source, int back) const {
        int count = 0;
        for (int i = 1; i <= back; ++i)
            count += left_out_.has(static_cast<uint16_t>(source + i)) ? 1 : 0;
        return count;
    }

    bool started_ = false;
    uint16_t next_;         ///< after the highest given
    uint16_t highest_ = 0;  ///< of the source
    uint16_t offset_ = 0;   ///< from the source's newest number to the given one
    int span_ = 0;          ///< numbers of the source before highest_ that have a place
    Marks left_out_;
    Marks given_;
};

}  // namespace parley::sfu
