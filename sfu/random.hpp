#pragma once

#include <cstdint>
#include <random>
#include <string>

/// Unpredictable numbers from the system's source (RFC 3550 s8.1, RFC 7022). Any thread.
namespace parley::sfu {

inline uint32_t random_u32() {
    static thread_local std::random_device source;
    return source();
}

/// Never 0.
inline uint32_t random_ssrc() {
    uint32_t ssrc = 0;
    while (ssrc == 0)
        ssrc = random_u32();
    return ssrc;
}

inline std::string random_token() {
    constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz012345";
    std::string token;
    for (int i = 0; i < 16; ++i)
        token += kLetters[random_u32() & 31];
    return token;
}

}  // namespace parley::sfu
