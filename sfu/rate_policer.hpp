#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "sfu/media_time.hpp"

namespace parley::sfu {

/// Whether packets keep to a bit rate: a token bucket. A quarter more than the limit passes, and a
/// second of that at once, as keyframes and probes need it. Who exceeds that is stopped until half
/// of the bucket has come back: what passes then is long enough to be of use. Pure.
class RatePolicer {
  public:
    static constexpr uint64_t kTolerancePercent = 25;

    RatePolicer(uint64_t bits_per_second_max, TimePoint start)
        : bytes_per_second_(bits_per_second_max * (100 + kTolerancePercent) / 100 / 8),
          left_(bytes_per_second_),
          filled_(start) {}

    /// On the packet path.
    bool accept(size_t bytes, TimePoint now) {
        fill(now);
        if (stopped_ && left_ < bytes_per_second_ / 2) return false;
        stopped_ = left_ < bytes;
        if (stopped_) return false;
        left_ -= bytes;
        return true;
    }

  private:
    void fill(TimePoint now) {
        const auto elapsed = std::min<Clock::duration>(now - filled_, std::chrono::seconds(1));
        const auto us = std::chrono::duration_cast<microseconds>(elapsed).count();
        const uint64_t come = bytes_per_second_ * static_cast<uint64_t>(us) / 1'000'000;
        if (come == 0) return;
        left_ = std::min(left_ + come, bytes_per_second_);
        filled_ = now;
    }

    uint64_t bytes_per_second_;
    uint64_t left_;  ///< bytes in the bucket, which holds those of a second
    TimePoint filled_;
    bool stopped_ = false;
};

}  // namespace parley::sfu
