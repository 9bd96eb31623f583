#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "sfu/media_time.hpp"

/// Rates of a transport: octets of RTP packets, in whole bits per second.
namespace parley::sfu {

using BitsPerSecond = uint64_t;

/// Of `bytes` within `time`; a time of less than a millisecond counts as one.
constexpr BitsPerSecond rate_of(size_t bytes, Clock::duration time) {
    const auto us = std::chrono::duration_cast<microseconds>(time).count();
    return bytes * 8'000'000 / static_cast<uint64_t>(us < 1'000 ? 1'000 : us);
}

constexpr size_t bytes_in(BitsPerSecond rate, Clock::duration time) {
    const auto us = std::chrono::duration_cast<microseconds>(time).count();
    return us <= 0 ? 0 : static_cast<size_t>(rate * static_cast<uint64_t>(us) / 8'000'000);
}

constexpr BitsPerSecond scaled(BitsPerSecond rate, double factor) {
    return static_cast<BitsPerSecond>(static_cast<double>(rate) * factor);
}

}  // namespace parley::sfu
