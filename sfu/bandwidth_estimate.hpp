#pragma once

#include <algorithm>
#include <cstdint>

/// What a publisher is allowed to send, told to it by REMB.
namespace parley::sfu {

/// Loss-based, as in draft-ietf-rmcat-gcc-02 s6: above 10 % loss the estimate shrinks in
/// proportion, below 2 % it grows by 8 % a report. It begins at its highest, since a sender takes
/// its first REMB as the rate to start with; delay is not looked at. One publisher's loss touches
/// only its own estimate.
class BandwidthEstimate {
  public:
    static constexpr uint64_t kBitrateMin = 100'000;  ///< bit/s

    /// bit/s; below kBitrateMin is taken for it.
    explicit BandwidthEstimate(uint64_t bitrate_max)
        : max_(std::max(bitrate_max, kBitrateMin)), bitrate_(max_) {}

    /// Once a report interval. `fraction_lost` of 256, the worst of the publisher's streams.
    void on_report(uint8_t fraction_lost) {
        constexpr uint8_t kLow = 5;    // 2 %
        constexpr uint8_t kHigh = 26;  // 10 %
        if (fraction_lost > kHigh) {
            bitrate_ -= bitrate_ * fraction_lost / 512;
        } else if (fraction_lost < kLow) {
            bitrate_ += bitrate_ * 8 / 100;
        }
        bitrate_ = std::clamp(bitrate_, kBitrateMin, max_);
    }

    uint64_t bits_per_second() const { return bitrate_; }

  private:
    uint64_t max_;
    uint64_t bitrate_;
};

}  // namespace parley::sfu
