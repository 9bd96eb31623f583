#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sfu/media_time.hpp"

namespace parley::sfu {

/// How a stream's counters grew over its latest samples, which are taken off the packets' path.
class RecentTraffic {
  public:
    static constexpr size_t kSamples = 6;  ///< five intervals

    struct Counters {
        uint64_t bytes = 0;
        int64_t expected = 0;  ///< packets, lost ones too
        int64_t lost = 0;      ///< may shrink: what is late was no loss
    };

    /// A stream that begins at `start` with counters of 0.
    explicit RecentTraffic(TimePoint start) { samples_.front().time = start; }

    void sample(const Counters& counters, TimePoint now) {
        newest_ = (newest_ + 1) % kSamples;
        samples_[newest_] = {.time = now, .counters = counters};
        count_ = std::min(count_ + 1, kSamples);
    }

    /// 0 before the first sample.
    uint64_t bits_per_second() const {
        const auto us = std::chrono::duration_cast<microseconds>(newest().time - oldest().time);
        const uint64_t bytes = newest().counters.bytes - oldest().counters.bytes;
        return us.count() <= 0 ? 0 : bytes * 8'000'000 / static_cast<uint64_t>(us.count());
    }

    /// 0 to 1.
    double fraction_lost() const {
        const int64_t expected = newest().counters.expected - oldest().counters.expected;
        const int64_t lost = newest().counters.lost - oldest().counters.lost;
        if (expected <= 0 || lost <= 0) return 0;
        return std::min(1.0, static_cast<double>(lost) / static_cast<double>(expected));
    }

  private:
    struct Sample {
        TimePoint time{};
        Counters counters{};
    };

    const Sample& newest() const { return samples_[newest_]; }

    const Sample& oldest() const { return samples_[(newest_ + kSamples + 1 - count_) % kSamples]; }

    std::array<Sample, kSamples> samples_{};
    size_t newest_ = 0;
    size_t count_ = 1;
};

}  // namespace parley::sfu
