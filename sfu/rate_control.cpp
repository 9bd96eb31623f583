#include "sfu/rate_control.hpp"

#include <algorithm>
#include <cmath>

namespace parley::sfu {

namespace {

/// s5.5: beta. What is sent above the throughput stands in the queue; 15 % less drains it.
constexpr double kDecrease = 0.85;
/// s5.5: eta, the growth in a second while the link's capacity is not known.
constexpr double kIncreasePerSecond = 1.08;
/// s5.5: the rate is at most so much more than what arrives, and 10 kbit/s, or it would grow
/// without bound while the application sends less.
constexpr double kThroughputFactorMax = 1.5;
constexpr BitsPerSecond kThroughputMargin = 10'000;
constexpr BitsPerSecond kIncreaseMin = 1'000;  // by each update

/// s5.5: near the capacity the rate grows by a packet of a video frame each response time (the
/// draft says half a packet, libwebrtc takes a whole one), and at least by kAdditiveMin a second.
constexpr double kFramesPerSecond = 30;
constexpr double kPacketBits = 1200 * 8;
constexpr double kAdditiveMin = 4'000;
constexpr milliseconds kDetectionTime{100};  // what the response takes beside the round trip

/// Of the average of the capacity: one of about twenty overuses.
constexpr double kCapacityGain = 0.05;
constexpr double kVarianceMin = 0.4;  // 14 kbit/s at 500 kbit/s
constexpr double kVarianceMax = 2.5;  // 35 kbit/s at 500 kbit/s

}  // namespace

void LinkCapacity::on_overuse(BitsPerSecond throughput) {
    const double sample = static_cast<double>(throughput) / 1'000;
    if (!kbps_) {
        kbps_ = sample;
        variance_ = kVarianceMin;
        return;
    }
    kbps_ = (1 - kCapacityGain) * *kbps_ + kCapacityGain * sample;
    const double error = *kbps_ - sample;
    variance_ =
        (1 - kCapacityGain) * variance_ + kCapacityGain * error * error / std::max(*kbps_, 1.0);
    variance_ = std::clamp(variance_, kVarianceMin, kVarianceMax);
}

double LinkCapacity::deviation_kbps() const {
    return std::sqrt(variance_ * *kbps_);
}

BitsPerSecond LinkCapacity::lower_bound() const {
    if (!kbps_) return 0;
    return static_cast<BitsPerSecond>(std::max(0.0, *kbps_ - 3 * deviation_kbps()) * 1'000);
}

BitsPerSecond LinkCapacity::upper_bound() const {
    if (!kbps_) return UINT64_MAX;
    return static_cast<BitsPerSecond>((*kbps_ + 3 * deviation_kbps()) * 1'000);
}

std::optional<BitsPerSecond> LinkCapacity::bits_per_second() const {
    if (!kbps_) return std::nullopt;
    return static_cast<BitsPerSecond>(*kbps_ * 1'000);
}

void RateControl::update(BandwidthUsage usage, std::optional<BitsPerSecond> throughput,
                         TimePoint now) {
    switch (usage) {
        case BandwidthUsage::normal:
            if (holding_) changed_ = now;
            holding_ = false;
            increase(throughput, now);
            break;
        case BandwidthUsage::underusing:  // the queue drains: let it
            holding_ = true;
            break;
        case BandwidthUsage::overusing:
            if (!may_decrease(throughput, now)) break;
            // Before anything is known of the throughput, half is the best guess.
            decrease(throughput.value_or(scaled(rate_, 0.5 / kDecrease)), now);
            holding_ = true;
            break;
    }
}

void RateControl::set(BitsPerSecond rate, TimePoint now) {
    rate_ = std::clamp(rate, min_, max_);
    changed_ = now;
    if (rate_ > capacity_.upper_bound() || rate_ < capacity_.lower_bound()) capacity_.reset();
}

/// Once a round trip, which the last decrease takes to show, unless far too much is sent.
bool RateControl::may_decrease(std::optional<BitsPerSecond> throughput, TimePoint now) const {
    const auto interval =
        std::clamp<Clock::duration>(round_trip_, milliseconds(10), milliseconds(200));
    if (now - changed_ >= interval) return true;
    return throughput && *throughput < rate_ / 2;
}

void RateControl::decrease(BitsPerSecond throughput, TimePoint now) {
    BitsPerSecond decreased = scaled(throughput, kDecrease);
    // More arrived than we allowed, as after a pause: the capacity says more than this throughput.
    if (decreased > rate_ && capacity_.bits_per_second()) {
        decreased = scaled(*capacity_.bits_per_second(), kDecrease);
    }
    if (throughput < capacity_.lower_bound()) capacity_.reset();
    capacity_.on_overuse(throughput);
    rate_ = std::max(min_, std::min(rate_, decreased));
    changed_ = now;
}

void RateControl::increase(std::optional<BitsPerSecond> throughput, TimePoint now) {
    const auto time = std::min<Clock::duration>(now - changed_, std::chrono::seconds(1));
    changed_ = now;
    if (throughput && *throughput > capacity_.upper_bound()) capacity_.reset();
    const BitsPerSecond limit =
        throughput ? scaled(*throughput, kThroughputFactorMax) + kThroughputMargin : max_;
    if (rate_ >= limit) return;
    BitsPerSecond more = 0;
    if (near_capacity()) {
        more = additive_increase(time);
    } else {
        const double seconds = std::chrono::duration<double>(time).count();
        more = std::max(scaled(rate_, std::pow(kIncreasePerSecond, seconds) - 1), kIncreaseMin);
    }
    rate_ = std::min({rate_ + more, limit, max_});
}

BitsPerSecond RateControl::additive_increase(Clock::duration time) const {
    const double frame_bits = static_cast<double>(rate_) / kFramesPerSecond;
    const double packet_bits = frame_bits / std::ceil(frame_bits / kPacketBits);
    const double response = std::chrono::duration<double>(round_trip_ + kDetectionTime).count();
    const double per_second = std::max(kAdditiveMin, packet_bits / response);
    return static_cast<BitsPerSecond>(per_second * std::chrono::duration<double>(time).count());
}

}  // namespace parley::sfu
