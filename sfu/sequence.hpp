#pragma once

#include <cstdint>
#include <optional>

/// RTP sequence numbers, which wrap at 2^16 (RFC 1982 arithmetic).
namespace parley::sfu {

/// How far `to` is ahead of `from`: -32768 to 32767.
constexpr int16_t sequence_distance(uint16_t from, uint16_t to) {
    return static_cast<int16_t>(static_cast<uint16_t>(to - from));
}

constexpr bool sequence_newer(uint16_t value, uint16_t than) {
    return sequence_distance(than, value) > 0;
}

/// Extends 16-bit numbers to 64 bits, nearest to the highest seen.
class SequenceUnwrapper {
  public:
    int64_t unwrap(uint16_t sequence) {
        if (!highest_) {
            highest_ = sequence;
            return *highest_;
        }
        const int64_t value =
            *highest_ + sequence_distance(static_cast<uint16_t>(*highest_), sequence);
        if (value > *highest_) highest_ = value;
        return value;
    }

    std::optional<int64_t> highest() const { return highest_; }

  private:
    std::optional<int64_t> highest_;
};

}  // namespace parley::sfu
