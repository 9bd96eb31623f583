#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

/// SRTP's packet index: the rollover counter before the sequence number, 48 bits.
namespace parley::sfu {

/// RFC 3711 s3.3.1 and appendix A: the index that is nearest to the highest one. Within the first
/// half of the first period nothing can be from before it.
constexpr uint64_t packet_index(uint64_t highest, uint16_t sequence) {
    constexpr uint64_t kHalf = 0x8000;
    constexpr uint64_t kPeriod = 0x10000;
    if (highest <= kHalf) return sequence;
    const uint64_t last = highest % kPeriod;
    const uint64_t index = highest - last + sequence;
    if (last < kHalf) return sequence > last + kHalf ? index - kPeriod : index;
    return sequence < last - kHalf ? index + kPeriod : index;
}

/// RFC 3711 s3.3.2: which of the latest packets have come.
class ReplayWindow {
  public:
    static constexpr uint64_t kSize = 1024;  ///< packets; s3.3.2 asks for at least 64

    uint64_t highest() const { return highest_; }

    bool is_new(uint64_t index) const {
        if (index > highest_) return true;
        return highest_ - index < kSize && (bits_[word(index)] & bit(index)) == 0;
    }

    /// `is_new` said so.
    void add(uint64_t index) {
        if (index > highest_) {
            const uint64_t first = std::max(highest_ + 1, index - std::min(index, kSize - 1));
            for (uint64_t passed = first; passed < index; ++passed)
                bits_[word(passed)] &= ~bit(passed);
            highest_ = index;
        }
        bits_[word(index)] |= bit(index);
    }

  private:
    static constexpr size_t word(uint64_t index) { return index % kSize / 64; }

    static constexpr uint64_t bit(uint64_t index) { return uint64_t{1} << index % 64; }

    uint64_t highest_ = 0;
    std::array<uint64_t, kSize / 64> bits_{};
};

}  // namespace parley::sfu
