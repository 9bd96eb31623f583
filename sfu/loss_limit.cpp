#include "sfu/loss_limit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace parley::sfu {

namespace {

/// Of sending. Shorter ones have too few packets to tell a rate of loss from.
constexpr milliseconds kObservationTime{250};
/// Before anything is concluded from them.
constexpr size_t kObservationsMin = 3;
/// The weight of an observation against the next: half of it all is of the last 1.7 s.
constexpr double kAgeing = 0.9;

/// Of the bandwidth: what the next one may be. Of what is as likely the first is taken.
constexpr std::array<double, 3> kCandidateFactors{1.0, 1.02, 0.95};
/// Damped, since the first guess may be far off.
constexpr double kNewtonStep = 0.75;
constexpr int kNewtonSteps = 3;

/// Loss of up to kTolerated needs no congestion to explain it; at low rates more is tolerated,
/// since sending still less would not help: at 30 % loss the limit is 300 kbit/s, at 10 % 1.5
/// Mbit/s.
constexpr double kTolerated = 0.05;
constexpr double kToleratedRate = 75'000;  // bit/s
constexpr double kInherentLossMin = 0.001;

/// Of two bandwidths that explain the loss as well, the higher one is wanted: a bias per packet, by
/// kbit/s and by its logarithm. With an average loss beyond kBiasLoss there is none. (libwebrtc
/// then prefers the lower one, and so ends at its minimum on a link that always loses 20 %.)
constexpr double kLinearBias = 0.0002;
constexpr double kLogBias = 0.02;
constexpr double kBiasLoss = 0.15;
constexpr double kBiasSoftness = 0.002;

/// What arrives, the link carries, whatever it lost: the average loss alone does not set a limit
/// lower than this, or a sender that began with far too much would end with far too little.
constexpr double kThroughputKept = 0.85;

/// While the loss limits, the bandwidth grows by at most 30 % in 300 ms.
constexpr double kGrowthMax = 1.3;
constexpr milliseconds kGrowthTime{300};

double tolerated_loss(BitsPerSecond bandwidth) {
    return std::min(1.0, kTolerated + kToleratedRate / static_cast<double>(
                                                           std::max<BitsPerSecond>(bandwidth, 1)));
}

/// The inverse.
BitsPerSecond tolerable_rate(double loss) {
    if (loss <= kTolerated) return UINT64_MAX;
    return static_cast<BitsPerSecond>(kToleratedRate / (loss - kTolerated));
}

/// For a packet: added to the logarithm of its likelihood.
double bias(BitsPerSecond bandwidth, double average_loss) {
    const double kbps = static_cast<double>(bandwidth) / 1'000;
    const double room = std::max(0.0, kBiasLoss - average_loss);
    return room / (kBiasSoftness + room) * (kLinearBias * kbps + kLogBias * std::log1p(kbps));
}

}  // namespace

double LossLimit::Channel::loss_at(BitsPerSecond sending_rate) const {
    double loss = inherent_loss;
    if (sending_rate > bandwidth) {
        loss += (1 - inherent_loss) * static_cast<double>(sending_rate - bandwidth) /
                static_cast<double>(sending_rate);
    }
    return std::clamp(loss, 1e-6, 1 - 1e-6);
}

void LossLimit::Channel::make_feasible() {
    inherent_loss = std::clamp(inherent_loss, kInherentLossMin, tolerated_loss(bandwidth));
}

void LossLimit::on_packet(TimePoint sent, size_t bytes, bool received) {
    if (partial_.packets == 0) partial_.first_sent = sent;
    partial_.last_sent = sent;
    partial_.bytes += bytes;
    ++partial_.packets;
    if (!received) ++partial_.lost;
}

void LossLimit::on_late_packet() {
    if (partial_.lost > 0) --partial_.lost;
}

bool LossLimit::complete_observation() {
    const auto time = partial_.last_sent - partial_.first_sent;
    if (time < kObservationTime) return false;
    partial_.sending_rate = rate_of(partial_.bytes, time);
    observations_[count_++ % kWindow] = partial_;
    // The next one begins where this one ended, so that a pause in sending lowers its rate.
    const TimePoint end = partial_.last_sent;
    partial_ = {};
    partial_.first_sent = end;

    double packets = 0;
    double lost = 0;
    double weight = 1;
    for (size_t age = 0; age < observed(); ++age, weight *= kAgeing) {
        packets += weight * by_age(age).packets;
        lost += weight * by_age(age).lost;
    }
    average_loss_ = lost / packets;
    return true;
}

void LossLimit::update(BitsPerSecond delay_based, std::optional<BitsPerSecond> throughput) {
    if (!complete_observation() || count_ < kObservationsMin) return;
    if (!limit_) channel_.bandwidth = delay_based;
    Channel best = best_channel(delay_based, throughput);
    if (limit_ && best.bandwidth > channel_.bandwidth) {
        // More would lose more than the link must.
        if (average_loss_ > best.inherent_loss) best.bandwidth = channel_.bandwidth;
        best.bandwidth = std::min(best.bandwidth, growth_limit_);
    }
    channel_ = best;

    const BitsPerSecond limit = std::min(
        channel_.bandwidth,
        std::max(tolerable_rate(average_loss_), scaled(throughput.value_or(0), kThroughputKept)));
    limit_ = limit < delay_based ? std::optional(limit) : std::nullopt;
    const TimePoint now = by_age(0).last_sent;
    if (limit_ && now - growth_began_ >= kGrowthTime) {
        growth_began_ = now;
        growth_limit_ = scaled(channel_.bandwidth, kGrowthMax);
    }
}

LossLimit::Channel LossLimit::best_channel(BitsPerSecond delay_based,
                                           std::optional<BitsPerSecond> throughput) const {
    Channel best = channel_;
    double best_likelihood = std::numeric_limits<double>::lowest();
    const auto consider = [&](BitsPerSecond bandwidth) {
        Channel candidate{.bandwidth = bandwidth, .inherent_loss = channel_.inherent_loss};
        candidate.make_feasible();
        fit_inherent_loss(candidate);
        const double candidate_likelihood = likelihood(candidate);
        if (candidate_likelihood <= best_likelihood) return;
        best = candidate;
        best_likelihood = candidate_likelihood;
    };
    for (const double factor : kCandidateFactors)
        consider(scaled(channel_.bandwidth, factor));
    if (throughput) consider(*throughput);
    if (delay_based > channel_.bandwidth) consider(delay_based);
    return best;
}

/// By Newton's method, towards where the derivative of the likelihood is zero.
void LossLimit::fit_inherent_loss(Channel& channel) const {
    for (int step = 0; step < kNewtonSteps; ++step) {
        double first = 0;
        double second = 0;
        double weight = 1;
        for (size_t age = 0; age < observed(); ++age, weight *= kAgeing) {
            const Observation& each = by_age(age);
            const double loss = channel.loss_at(each.sending_rate);
            const double received = each.packets - each.lost;
            first += weight * (each.lost / loss - received / (1 - loss));
            second -= weight * (each.lost / (loss * loss) + received / ((1 - loss) * (1 - loss)));
        }
        channel.inherent_loss -= kNewtonStep * first / second;
        channel.make_feasible();
    }
}

/// Its logarithm: of losing what was lost and receiving what was received.
double LossLimit::likelihood(const Channel& channel) const {
    const double packet_bias = bias(channel.bandwidth, average_loss_);
    double sum = 0;
    double weight = 1;
    for (size_t age = 0; age < observed(); ++age, weight *= kAgeing) {
        const Observation& each = by_age(age);
        const double loss = channel.loss_at(each.sending_rate);
        sum +=
            weight * (each.lost * std::log(loss) + (each.packets - each.lost) * std::log(1 - loss) +
                      packet_bias * each.packets);
    }
    return sum;
}

}  // namespace parley::sfu
