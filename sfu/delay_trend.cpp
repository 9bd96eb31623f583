#include "sfu/delay_trend.hpp"

#include <algorithm>
#include <cmath>

namespace parley::sfu {

namespace {

/// s5.2: packets sent within so long are one group, since a pacer sends them as one.
constexpr milliseconds kBurstTime{5};
/// A group that packets join because they left a queue together is no longer than this.
constexpr milliseconds kBurstDurationMax{100};
/// A group that took so much longer or shorter than the one before: a clock or a route changed,
/// and what was learnt does not hold.
constexpr double kJumpMs = 3'000;

/// Of the exponential filter that takes jitter out of the delay before the fit.
constexpr double kSmoothing = 0.9;
/// The slope is of the order of 0.01; times the count of groups, at most kTrendGroupsMax, and this,
/// it becomes comparable with the draft's m(i) and its threshold.
constexpr double kThresholdGain = 4.0;
constexpr size_t kTrendGroupsMax = 60;

/// s5.4: overuse_time_th: the trend stays above the threshold for so long.
constexpr double kOveruseTimeMs = 10;

// s5.4: the threshold follows the trend, quickly up, so that a competing TCP flow does not starve
// us, and slowly down.
constexpr double kThresholdUpPerMs = 0.0087;   // K_u
constexpr double kThresholdDownPerMs = 0.039;  // K_d
constexpr double kThresholdOutlierMs = 15;     // a trend further above is no reason to adapt
constexpr double kThresholdMinMs = 6;
constexpr double kThresholdMaxMs = 600;
constexpr double kAdaptTimeMaxMs = 100;  // after a pause the threshold does not leap

double in_ms(Clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

bool DelayTrend::belongs_to_group(TimePoint sent, microseconds arrival) const {
    if (sent - current_->first_sent <= kBurstTime) return true;
    // s5.2: it arrived within a burst, and closer to the packet before than it was sent.
    const auto arrival_delta = arrival - current_->last_arrival;
    return arrival_delta < sent - current_->last_sent && arrival_delta <= kBurstTime &&
           arrival - current_->first_arrival < kBurstDurationMax;
}

void DelayTrend::on_packet(TimePoint sent, microseconds arrival) {
    if (current_ && sent < current_->first_sent) return;  // late: its group is done
    if (current_ && belongs_to_group(sent, arrival)) {
        current_->last_sent = std::max(current_->last_sent, sent);
        current_->last_arrival = std::max(current_->last_arrival, arrival);
        return;
    }
    if (current_ && previous_) {
        on_group(in_ms(current_->last_sent - previous_->last_sent),
                 in_ms(current_->last_arrival - previous_->last_arrival));
    }
    previous_ = current_;
    current_ = {
        .first_sent = sent, .last_sent = sent, .first_arrival = arrival, .last_arrival = arrival};
}

void DelayTrend::on_group(double sent_delta_ms, double arrival_delta_ms) {
    const double variation_ms = arrival_delta_ms - sent_delta_ms;  // s5.1: d(i)
    if (std::abs(variation_ms) > kJumpMs) {
        groups_ = 0;
        delay_ms_ = smoothed_delay_ms_ = 0;
        usage_ = BandwidthUsage::normal;
        return;
    }
    ++groups_;
    arrival_ms_ += arrival_delta_ms;
    delay_ms_ += variation_ms;
    smoothed_delay_ms_ = kSmoothing * smoothed_delay_ms_ + (1 - kSmoothing) * delay_ms_;
    samples_[groups_ % kWindow] = {.arrival_ms = arrival_ms_, .delay_ms = smoothed_delay_ms_};
    if (groups_ < kWindow) return;
    const double trend_ms =
        slope() * kThresholdGain * static_cast<double>(std::min(groups_, kTrendGroupsMax));
    detect(trend_ms, sent_delta_ms);
    adapt_threshold(trend_ms, arrival_delta_ms);
}

/// Least squares: milliseconds of delay for each millisecond of time.
double DelayTrend::slope() const {
    Sample mean;
    for (const Sample& sample : samples_) {
        mean.arrival_ms += sample.arrival_ms / kWindow;
        mean.delay_ms += sample.delay_ms / kWindow;
    }
    double covariance = 0;
    double variance = 0;
    for (const Sample& sample : samples_) {
        const double time_ms = sample.arrival_ms - mean.arrival_ms;
        covariance += time_ms * (sample.delay_ms - mean.delay_ms);
        variance += time_ms * time_ms;
    }
    return variance == 0 ? 0 : covariance / variance;
}

void DelayTrend::detect(double trend_ms, double sent_delta_ms) {
    if (trend_ms > threshold_ms_) {
        // The first group has been above since somewhere between it and the one before.
        overuse_ms_ += overuse_groups_ == 0 ? sent_delta_ms / 2 : sent_delta_ms;
        ++overuse_groups_;
        // s5.4: and the queue does not already shrink.
        if (overuse_ms_ > kOveruseTimeMs && overuse_groups_ > 1 && trend_ms >= previous_trend_ms_) {
            overuse_ms_ = 0;
            overuse_groups_ = 0;
            usage_ = BandwidthUsage::overusing;
        }
    } else {
        overuse_ms_ = 0;
        overuse_groups_ = 0;
        usage_ = trend_ms < -threshold_ms_ ? BandwidthUsage::underusing : BandwidthUsage::normal;
    }
    previous_trend_ms_ = trend_ms;
}

void DelayTrend::adapt_threshold(double trend_ms, double arrival_delta_ms) {
    const double size_ms = std::abs(trend_ms);
    if (size_ms > threshold_ms_ + kThresholdOutlierMs) return;
    const double gain = size_ms < threshold_ms_ ? kThresholdDownPerMs : kThresholdUpPerMs;
    const double time_ms = std::clamp(arrival_delta_ms, 0.0, kAdaptTimeMaxMs);
    threshold_ms_ = std::clamp(threshold_ms_ + gain * (size_ms - threshold_ms_) * time_ms,
                               kThresholdMinMs, kThresholdMaxMs);
}

}  // namespace parley::sfu
