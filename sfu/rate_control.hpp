#pragma once

#include <cstdint>
#include <optional>

#include "sfu/bit_rate.hpp"
#include "sfu/delay_trend.hpp"
#include "sfu/media_time.hpp"

namespace parley::sfu {

/// What the link carried each time its queue grew: an exponential average and its deviation.
class LinkCapacity {
  public:
    void on_overuse(BitsPerSecond throughput);

    /// What is outside of three deviations is another link than before.
    BitsPerSecond lower_bound() const;
    BitsPerSecond upper_bound() const;

    std::optional<BitsPerSecond> bits_per_second() const;

    void reset() { kbps_.reset(); }

  private:
    double deviation_kbps() const;

    std::optional<double> kbps_;
    double variance_ = 0.4;  ///< normalised by the average
};

/// The rate that the delay allows: additive or multiplicative increase, multiplicative decrease
/// (draft-ietf-rmcat-gcc-02 s5.5).
class RateControl {
  public:
    RateControl(BitsPerSecond start, BitsPerSecond min, BitsPerSecond max, TimePoint now)
        : min_(min), max_(max), rate_(start), changed_(now) {}

    /// After each feedback. `throughput`: what arrived lately, if known.
    void update(BandwidthUsage usage, std::optional<BitsPerSecond> throughput, TimePoint now);

    /// The rate was measured, or is to begin anew from there.
    void set(BitsPerSecond rate, TimePoint now);

    void set_round_trip(Clock::duration round_trip) { round_trip_ = round_trip; }

    BitsPerSecond bits_per_second() const { return rate_; }

    /// The rate is near one at which the queue grew lately: it is raised with care.
    bool near_capacity() const { return capacity_.bits_per_second().has_value(); }

  private:
    void decrease(BitsPerSecond throughput, TimePoint now);
    void increase(std::optional<BitsPerSecond> throughput, TimePoint now);
    bool may_decrease(std::optional<BitsPerSecond> throughput, TimePoint now) const;
    BitsPerSecond additive_increase(Clock::duration time) const;

    BitsPerSecond min_;
    BitsPerSecond max_;
    BitsPerSecond rate_;
    TimePoint changed_;
    Clock::duration round_trip_ = milliseconds(200);  ///< until known
    bool holding_ = true;                             ///< s5.5: until the queue has drained
    LinkCapacity capacity_;
};

}  // namespace parley::sfu
