#pragma once

#include <chrono>
#include <cstdint>

/// Time as the media plane's pure parts take it: an argument, monotonic.
namespace parley::sfu {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// RFC 3550 s4: 32 bits of seconds, 32 bits of fraction.
using NtpTime = uint64_t;

constexpr NtpTime ntp_duration(Clock::duration elapsed) {
    const auto us = std::chrono::duration_cast<microseconds>(elapsed).count();
    const auto seconds = static_cast<uint64_t>(us / 1'000'000);
    const auto rest = static_cast<uint64_t>(us % 1'000'000);
    return (seconds << 32) + ((rest << 32) / 1'000'000);
}

/// RFC 3550 s6.4.1, LSR and DLSR: the middle 32 bits, units of 1/65536 s.
constexpr uint32_t ntp_middle(NtpTime ntp) {
    return static_cast<uint32_t>(ntp >> 16);
}

/// Ticks of a media clock of `clock_rate` Hz, modulo 2^32.
constexpr uint32_t media_ticks(Clock::duration elapsed, uint32_t clock_rate) {
    const auto us = std::chrono::duration_cast<microseconds>(elapsed).count();
    return static_cast<uint32_t>(static_cast<uint64_t>(us) * clock_rate / 1'000'000);
}

}  // namespace parley::sfu
