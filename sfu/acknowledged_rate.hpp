#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sfu/bit_rate.hpp"
#include "sfu/media_time.hpp"

namespace parley::sfu {

/// What arrived at the receiver: R_hat(i) of draft-ietf-rmcat-gcc-02 s5.5, measured as libwebrtc
/// does, so that neither a pause of the network nor a burst after it counts for much.
class AcknowledgedRate {
  public:
    /// `arrival` is of the receiver's clock.
    void on_packet(TimePoint sent, microseconds arrival, size_t bytes);

    /// Nothing before kPacketsMin packets.
    std::optional<BitsPerSecond> bits_per_second() const;

  private:
    static constexpr size_t kPacketsMin = 10;
    static constexpr size_t kPacketsMax = 512;  ///< 500 ms of 10 Mbit/s
    /// Of the window: long enough for several video frames and feedback messages.
    static constexpr milliseconds kTime{500};
    /// At low rates the window is longer, until it has kPacketsMin.
    static constexpr milliseconds kTimeMax{5'000};

    struct Packet {
        TimePoint sent{};
        microseconds arrival{};
        size_t bytes = 0;
    };

    Packet& at(size_t index) { return packets_[(first_ + index) % kPacketsMax]; }

    const Packet& at(size_t index) const { return packets_[(first_ + index) % kPacketsMax]; }

    std::array<Packet, kPacketsMax> packets_{};  ///< by arrival, a ring
    size_t first_ = 0;
    size_t count_ = 0;
};

}  // namespace parley::sfu
