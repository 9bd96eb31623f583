#include "sfu/probe_controller.hpp"

#include <algorithm>

namespace parley::sfu {

namespace {

/// Padding is asked for each tick, for so long ahead (MediaLoop::kTickInterval).
constexpr milliseconds kTick{10};
/// Four bursts, the least that a rate can be told from in spite of some jitter. A link that is full
/// already gets a queue of as many milliseconds from a probe for twice its rate.
constexpr milliseconds kClusterTime{40};
constexpr size_t kClusterPacketsMin = 5;
/// A cluster that gets its packets no sooner is given up.
constexpr milliseconds kClusterTimeMax{200};
/// So long for feedback to come after the last packet.
constexpr milliseconds kResultTimeMax{1'000};
/// Packets sent within so long are one burst.
constexpr milliseconds kBurstTime{5};

constexpr double kStartScale = 3;
constexpr double kScale = 2;
/// A link that carried so much of what was probed for is probed for more at once.
constexpr double kFurther = 0.7;
/// A probe for less than this above the estimate, or one that tells so, is not worth it.
constexpr double kWorth = 1.05;
/// Above what is wanted, so that the measured rate, always a little low, still covers it.
constexpr double kWantedMargin = 1.2;

/// Of packets and of octets must have arrived, or the rate is that of the losses.
constexpr double kReceivedMin = 0.8;
/// Faster arrival is a queue that let go, and says nothing of the link.
constexpr double kArrivalRatioMax = 2.0;
/// Slower arrival says that the link was full; then a little less than it carried can be used.
constexpr double kUnsaturatedRatio = 0.9;
constexpr double kUtilisation = 0.95;

constexpr int kRetryDivisor = 4;
constexpr milliseconds kFreshTime{500};

}  // namespace

void ProbeController::start(BitsPerSecond estimate, TimePoint now) {
    next_ = now;
    next_rate_ = scaled(estimate, kStartScale);
}

void ProbeController::hurry(TimePoint now) {
    if (next_ == TimePoint::max()) return;
    next_ = std::min(next_, now);
    interval_ = kIntervalMin;
}

void ProbeController::begin(BitsPerSecond rate, TimePoint now) {
    sending_ = true;
    cluster_ = cluster_ == UINT8_MAX ? uint8_t{1} : static_cast<uint8_t>(cluster_ + 1);
    rate_ = rate;
    began_ = now;
    last_sent_ = now;
    sent_bytes_ = 0;
    sent_packets_ = 0;
    received_ = {};
    next_rate_ = 0;
}

size_t ProbeController::padding_due(const Situation& situation, TimePoint now) {
    if (waiting_ && now - last_sent_ >= kResultTimeMax) end(std::nullopt, situation.estimate, now);
    if (!sending_ && !waiting_ && situation.useful && now >= next_) {
        const BitsPerSecond rate =
            std::min({next_rate_ != 0 ? next_rate_ : scaled(situation.estimate, kScale),
                      scaled(situation.wanted, kWantedMargin), max_});
        if (rate > scaled(situation.estimate, kWorth)) begin(rate, now);
    }
    if (!sending_) return 0;
    const auto elapsed = now - began_;
    if ((elapsed >= kClusterTime && sent_packets_ >= kClusterPacketsMin) ||
        elapsed >= kClusterTimeMax) {
        sending_ = false;
        waiting_ = true;
        return 0;
    }
    const size_t target = bytes_in(rate_, elapsed + kTick);
    return target > sent_bytes_ ? target - sent_bytes_ : 0;
}

void ProbeController::on_packet_received(uint8_t cluster, TimePoint sent, microseconds arrival,
                                         size_t bytes) {
    if (cluster != cluster_ || !(sending_ || waiting_)) return;
    Bursts& all = received_;
    if (all.count == 0 || sent - all.last_sent > kBurstTime) {
        if (all.count == 0) all.first_sent = sent;
        ++all.count;
        all.last_sent = sent;
        all.last_bytes = 0;
    }
    if (all.count == 1) {
        all.first_bytes += bytes;
        all.first_arrival = std::max(all.first_arrival, arrival);
    }
    ++all.packets;
    all.bytes += bytes;
    all.last_bytes += bytes;
    all.last_arrival = std::max(all.last_arrival, arrival);
}

std::optional<BitsPerSecond> ProbeController::on_feedback(TimePoint latest, BitsPerSecond estimate,
                                                          TimePoint now) {
    if (!waiting_ || latest < last_sent_) return std::nullopt;
    const auto rate = carried();
    if (rate) {
        measured_ = rate;
        measured_at_ = now;
    }
    end(rate, estimate, now);
    return rate;
}

std::optional<BitsPerSecond> ProbeController::carried() const {
    const Bursts& all = received_;
    const bool enough =
        all.count >= 2 && all.packets >= kClusterPacketsMin - 1 &&
        static_cast<double>(all.packets) >= kReceivedMin * static_cast<double>(sent_packets_) &&
        static_cast<double>(all.bytes) >= kReceivedMin * static_cast<double>(sent_bytes_);
    if (!enough) return std::nullopt;
    const BitsPerSecond sent_rate =
        rate_of(all.bytes - all.last_bytes, all.last_sent - all.first_sent);
    const BitsPerSecond arrival_rate =
        rate_of(all.bytes - all.first_bytes, all.last_arrival - all.first_arrival);
    if (arrival_rate > scaled(sent_rate, kArrivalRatioMax)) return std::nullopt;
    if (arrival_rate < scaled(sent_rate, kUnsaturatedRatio)) {
        return scaled(arrival_rate, kUtilisation);
    }
    return std::min(sent_rate, arrival_rate);
}

void ProbeController::end(std::optional<BitsPerSecond> carried_rate, BitsPerSecond estimate,
                          TimePoint now) {
    waiting_ = false;
    if (carried_rate && *carried_rate > scaled(estimate, kWorth)) {
        interval_ = kIntervalMin;
        const bool further = *carried_rate > scaled(rate_, kFurther);
        next_ = further ? now : now + interval_;
        next_rate_ = further ? scaled(*carried_rate, kScale) : 0;
        return;
    }
    // A cluster that was hit by loss says little: it is tried again sooner.
    next_ = now + (carried_rate ? interval_ : interval_ / kRetryDivisor);
    interval_ = std::min(interval_ * 2, kIntervalMax);
}

std::optional<BitsPerSecond> ProbeController::measured(TimePoint now) const {
    return now - measured_at_ < kFreshTime ? measured_ : std::nullopt;
}

}  // namespace parley::sfu
