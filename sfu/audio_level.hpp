#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace parley::sfu {

/// RFC 6464 s3: how loud the audio of a packet is. The V bit is not read: it means something only
/// where its use was negotiated.
struct AudioLevel {
    static constexpr uint8_t kSilence = 127;
    static constexpr uint8_t kAudible = 60;  ///< quieter is taken for silence

    uint8_t level = kSilence;  ///< -dBov: 0 is the loudest

    static std::optional<AudioLevel> parse(std::span<const uint8_t> value) {
        if (value.empty()) return std::nullopt;
        return AudioLevel{static_cast<uint8_t>(value[0] & 0x7f)};
    }

    bool audible() const { return level <= kAudible; }

    /// dB above the quietest.
    int loudness() const { return kSilence - level; }
};

}  // namespace parley::sfu
