#pragma once

#include <algorithm>
#include <cstddef>

#include "sfu/bit_rate.hpp"
#include "sfu/media_time.hpp"

namespace parley::sfu {

/// How much may be sent again to one receiver: as much as its path carries, and a quarter of a
/// second of that at once. What was lost in an outage would fill the path for seconds, which a
/// keyframe does not. Pure.
class RetransmissionBudget {
  public:
    /// `rate`: the estimate of what the path carries. False: not now.
    bool take(size_t bytes, BitsPerSecond rate, TimePoint now) {
        const auto elapsed = std::min<Clock::duration>(now - filled_, kElapsedMax);
        left_ =
            std::min(left_ + bytes_in(rate, elapsed), std::max(bytes_in(rate, kBurst), kBurstMin));
        filled_ = now;
        if (bytes > left_) return false;
        left_ -= bytes;
        return true;
    }

  private:
    static constexpr milliseconds kBurst{250};
    static constexpr milliseconds kElapsedMax{10'000};  ///< fills it in any case
    static constexpr size_t kBurstMin = 6'000;  ///< bytes: some packets, however narrow the path

    size_t left_ = kBurstMin;
    TimePoint filled_{};
};

}  // namespace parley::sfu
