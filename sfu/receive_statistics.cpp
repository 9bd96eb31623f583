#include "sfu/receive_statistics.hpp"

#include <algorithm>
#include <cmath>

namespace parley::sfu {

void ReceiveStatistics::on_packet(uint16_t sequence, uint32_t timestamp, TimePoint arrival) {
    const int64_t extended = unwrapper_.unwrap(sequence);
    if (received_ == 0) base_ = extended;
    base_ = std::min(base_, extended);
    ++received_;

    if (last_timestamp_ && *last_timestamp_ != timestamp) {
        const auto arrived = static_cast<double>(
            std::chrono::duration_cast<microseconds>(arrival - last_arrival_).count());
        const auto sent = static_cast<int32_t>(timestamp - *last_timestamp_);
        const double transit = std::abs(arrived * clock_rate_ / 1e6 - sent);
        // A jump of more than 5 s is a source that restarted, not jitter.
        if (transit < 5.0 * clock_rate_) jitter_ += (transit - jitter_) / 16;
    }
    if (!last_timestamp_ || *last_timestamp_ != timestamp) {
        last_timestamp_ = timestamp;
        last_arrival_ = arrival;
    }
}

void ReceiveStatistics::on_sender_report(NtpTime ntp, TimePoint arrival) {
    last_sender_report_ = ntp_middle(ntp);
    sender_report_arrival_ = arrival;
}

int64_t ReceiveStatistics::expected() const {
    return unwrapper_.highest() ? *unwrapper_.highest() - base_ + 1 : 0;
}

microseconds ReceiveStatistics::jitter() const {
    return microseconds(static_cast<int64_t>(jitter_ * 1e6 / clock_rate_));
}

std::optional<ReportBlock> ReceiveStatistics::report(uint32_t ssrc, TimePoint now) {
    if (received_ == 0) return std::nullopt;
    const int64_t expected_interval = expected() - expected_before_;
    const int64_t lost_interval = expected_interval - (received_ - received_before_);
    expected_before_ = expected();
    received_before_ = received_;

    ReportBlock block{.ssrc = ssrc};
    if (expected_interval > 0 && lost_interval > 0) {
        block.fraction_lost =
            static_cast<uint8_t>(std::min<int64_t>(255, lost_interval * 256 / expected_interval));
    }
    block.cumulative_lost = static_cast<int32_t>(std::clamp<int64_t>(lost(), -0x800000, 0x7fffff));
    block.extended_highest_sequence = static_cast<uint32_t>(*unwrapper_.highest());
    block.jitter = static_cast<uint32_t>(jitter_);
    if (last_sender_report_ != 0) {
        block.last_sender_report = last_sender_report_;
        block.delay_since_last_report =
            static_cast<uint32_t>(ntp_duration(now - sender_report_arrival_) >> 16);
    }
    return block;
}

}  // namespace parley::sfu
