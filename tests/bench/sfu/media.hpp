#pragma once

#include <cstddef>
#include <cstdint>

/// What every publisher sends, as the load, Parley's server and janus_server.py agree on it.
namespace parley::sfu::bench {

inline constexpr uint8_t kOpus = 111;
inline constexpr uint8_t kVp8 = 96;

constexpr uint32_t audio_ssrc(uint32_t publisher) {
    return 2 * publisher + 1'000;
}

constexpr uint32_t video_ssrc(uint32_t publisher) {
    return 2 * publisher + 1'001;
}

}  // namespace parley::sfu::bench
