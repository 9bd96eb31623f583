#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace parley::sfu {

/// Reads bits from the highest of the first octet on. Beyond the end it reads zeros and says so.
class BitReader {
  public:
    explicit constexpr BitReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

    constexpr bool flag() { return read(1) != 0; }

    /// `bits` at most 32.
    constexpr uint32_t read(unsigned bits) {
        uint32_t value = 0;
        for (; bits > 0; --bits, ++position_) {
            const size_t octet = position_ / 8;
            value <<= 1;
            if (octet < bytes_.size()) value |= (bytes_[octet] >> (7 - position_ % 8)) & 1U;
        }
        return value;
    }

    /// One of `values` (at least 1), the lower ones in a bit less: ns(n) of AV1 s4.10.7.
    constexpr uint32_t read_non_symmetric(uint32_t values) {
        const auto width = static_cast<unsigned>(std::bit_width(values));
        const uint32_t short_values = (1U << width) - values;
        const uint32_t value = read(width - 1);
        return value < short_values ? value : (value << 1) - short_values + read(1);
    }

    constexpr bool overrun() const { return position_ > bytes_.size() * 8; }

  private:
    std::span<const uint8_t> bytes_;
    size_t position_ = 0;
};

}  // namespace parley::sfu
