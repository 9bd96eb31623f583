#include "sfu/bandwidth_estimator.hpp"

#include <algorithm>

namespace parley::sfu {

namespace {

/// Of measuring what is sent: several video frames.
constexpr milliseconds kMeasureTime{500};
/// Who sends less than this of what is allowed is limited by what there is to send.
constexpr double kApplicationLimited = 0.8;

/// Feedback comes each 50 to 250 ms. Without any for this and a round trip, the link is taken to
/// carry less: libwebrtc waits longer, but an SFU has others' packets queueing there.
constexpr milliseconds kSilenceTime{1'000};
constexpr milliseconds kSilenceInterval{500};  // and again after each
constexpr double kSilenceDecrease = 0.7;
/// Of the rate before, at least: a path that was gone mostly comes back as it was.
constexpr double kSilenceFloor = 0.25;

/// draft-ietf-rmcat-gcc-02 s6, in 256ths: below 2 % loss the rate grows by 5 % a report, above 10 %
/// it shrinks by half of the loss.
constexpr uint8_t kLossLow = 5;
constexpr uint8_t kLossHigh = 26;
constexpr double kReportIncrease = 1.05;
/// Reports come about so often; of several at once, from several streams, one counts.
constexpr milliseconds kReportInterval{900};
/// As s5.5 has it for the throughput: no growth far beyond what is sent.
constexpr double kSentFactorMax = 1.5;

/// Of the smoothed round trip, as RFC 6298 s2.
constexpr int kRoundTripGain = 8;

}  // namespace

BandwidthEstimator::BandwidthEstimator(const Limits& limits, TimePoint now)
    : limits_(limits),
      rate_(limits.start, limits.min, limits.max, now),
      probes_(limits.max),
      measured_from_(now),
      last_tick_(now) {}

BitsPerSecond BandwidthEstimator::bits_per_second() const {
    BitsPerSecond rate = rate_.bits_per_second();
    if (loss_.bits_per_second()) rate = std::min(rate, *loss_.bits_per_second());
    if (remb_) rate = std::min(rate, *remb_);
    return std::clamp(rate, limits_.min, limits_.max);
}

void BandwidthEstimator::on_transport_feedback(const RtcpPacket& packet, TimePoint now) {
    lost_count_ = 0;
    auto reader = TransportFeedbackReader::parse(packet);
    if (!reader) return;
    Told told;
    // What was sent during a silence was answered for by lowering the rate.
    if (silent_) losses_from_ = now;
    while (const auto status = reader->next())
        on_status(*status, told);
    if (!told.received) return;

    unanswered_since_ = TimePoint::max();
    const auto round_trip = now - told.latest_received;
    round_trip_ = round_trip_ == Clock::duration::zero()
                      ? round_trip
                      : round_trip_ + (round_trip - round_trip_) / kRoundTripGain;
    rate_.set_round_trip(round_trip_);
    if (!feedback_seen_) probes_.start(bits_per_second(), now);
    if (silent_) probes_.hurry(now);
    feedback_seen_ = true;
    silent_ = false;
    update(told.latest, now);
}

void BandwidthEstimator::on_status(const TransportFeedbackReader::Status& status, Told& told) {
    SentPacket* packet = history_.find(status.sequence);
    if (packet == nullptr || packet->fate == SentPacket::Fate::received) return;
    told.latest = std::max(told.latest, packet->sent);
    if (!status.arrival) {
        if (packet->fate == SentPacket::Fate::lost) return;
        packet->fate = SentPacket::Fate::lost;
        if (packet->tag != 0 && lost_count_ < lost_.size()) lost_[lost_count_++] = packet->tag;
        if (packet->sent >= losses_from_) loss_.on_packet(packet->sent, packet->size, false);
        return;
    }
    const microseconds arrival = unwrap(*status.arrival);
    told.received = true;
    told.latest_received = std::max(told.latest_received, packet->sent);
    if (packet->fate == SentPacket::Fate::lost) {
        loss_.on_late_packet();
    } else {
        loss_.on_packet(packet->sent, packet->size, true);
    }
    packet->fate = SentPacket::Fate::received;
    trend_.on_packet(packet->sent, arrival);
    acknowledged_.on_packet(packet->sent, arrival, packet->size);
    probes_.on_packet_received(packet->probe_cluster, packet->sent, arrival, packet->size);
}

/// Nearest to the latest arrival.
microseconds BandwidthEstimator::unwrap(microseconds arrival) {
    constexpr microseconds kWrap = TransportFeedbackReader::kReferenceWrap;
    // Only a hostile clock gets as far as that; the one after begins anew.
    constexpr microseconds kArrivalMax = kWrap * 1'000'000;
    if (!latest_arrival_ || *latest_arrival_ > kArrivalMax) {
        latest_arrival_ = arrival + kWrap;  // so that what is earlier is positive, too
        return *latest_arrival_;
    }
    microseconds ahead = (arrival - *latest_arrival_) % kWrap;
    if (ahead < -kWrap / 2) ahead += kWrap;
    if (ahead > kWrap / 2) ahead -= kWrap;
    const microseconds unwrapped = *latest_arrival_ + ahead;
    latest_arrival_ = std::max(*latest_arrival_, unwrapped);
    return unwrapped;
}

void BandwidthEstimator::update(TimePoint latest, TimePoint now) {
    const BitsPerSecond estimate = bits_per_second();
    const auto probed = probes_.on_feedback(latest, estimate, now);
    auto throughput = acknowledged_.bits_per_second();
    // Where less is sent than the link carries, the throughput does not tell what it carries.
    if (throughput) throughput = std::max(*throughput, probes_.measured(now).value_or(0));

    const bool near_capacity = rate_.near_capacity();
    const bool overusing = trend_.usage() == BandwidthUsage::overusing;
    if (probed && *probed > estimate && !overusing) {
        rate_.set(*probed, now);
    } else if (overusing && application_limited_ && throughput < rate_.bits_per_second() / 2) {
        // Who sends little hears little of what the link carries. What seems overuse may be
        // another's doing or a busy receiver's: the rate falls by halves.
        rate_.update(trend_.usage(), std::nullopt, now);
    } else {
        rate_.update(trend_.usage(), throughput, now);
    }
    if (near_capacity && !rate_.near_capacity()) probes_.hurry(now);
    loss_.update(rate_.bits_per_second(), application_limited_ ? std::nullopt : throughput);
}

void BandwidthEstimator::on_remb(BitsPerSecond rate, TimePoint now) {
    remb_ = rate;
    if (!feedback_seen_ && now - report_answered_ >= kReportInterval) rate_.set(rate, now);
}

void BandwidthEstimator::on_receiver_report(uint8_t fraction_lost,
                                            std::optional<Clock::duration> round_trip,
                                            TimePoint now) {
    if (feedback_seen_) return;
    if (round_trip) rate_.set_round_trip(*round_trip);
    if (now - report_answered_ < kReportInterval) return;
    const BitsPerSecond rate = rate_.bits_per_second();
    if (fraction_lost > kLossHigh) {
        rate_.set(rate - rate * fraction_lost / 512, now);
    } else if (fraction_lost < kLossLow && rate < scaled(sent_rate_, kSentFactorMax)) {
        rate_.set(scaled(rate, kReportIncrease), now);
    } else {
        return;
    }
    report_answered_ = now;
}

size_t BandwidthEstimator::padding_due(TimePoint now) {
    measure_sending(now);
    notice_silence(now);
    const bool useful = trend_.usage() == BandwidthUsage::normal && !loss_.bits_per_second() &&
                        !silent_ && (application_limited_ || !rate_.near_capacity());
    return probes_.padding_due({.estimate = bits_per_second(), .wanted = wanted_, .useful = useful},
                               now);
}

void BandwidthEstimator::measure_sending(TimePoint now) {
    allowed_bytes_ += bytes_in(bits_per_second(), now - last_tick_);
    last_tick_ = now;
    const auto time = now - measured_from_;
    if (time < kMeasureTime) return;
    sent_rate_ = rate_of(sent_bytes_, time);
    application_limited_ = static_cast<double>(sent_bytes_) <
                           kApplicationLimited * static_cast<double>(allowed_bytes_);
    measured_from_ = now;
    sent_bytes_ = 0;
    allowed_bytes_ = 0;
}

void BandwidthEstimator::notice_silence(TimePoint now) {
    // Who pauses gets no feedback, even of the last packet where that was lost.
    if (history_.latest() != nullptr && now - history_.latest()->sent >= kSilenceInterval) {
        unanswered_since_ = TimePoint::max();
    }
    if (!feedback_seen_ || now < unanswered_since_ ||
        now - unanswered_since_ < kSilenceTime + round_trip_ ||
        now - silence_cut_ < kSilenceInterval) {
        return;
    }
    if (!silent_) rate_before_silence_ = bits_per_second();
    silent_ = true;
    silence_cut_ = now;
    const BitsPerSecond floor = scaled(rate_before_silence_, kSilenceFloor);
    rate_.set(std::max(scaled(bits_per_second(), kSilenceDecrease), floor), now);
}

}  // namespace parley::sfu
