#pragma once

#include <optional>

#include "sfu/media_time.hpp"
#include "sfu/rtcp_packet.hpp"

namespace parley::sfu {

/// A source's own relation of capture time and media time (RFC 3550 s6.4.1), carried on to the
/// receivers so that they can play audio and video in step. Both ends are moved by the same elapsed
/// time, so that the relation never depends on when a packet arrived at the SFU.
class SenderClock {
  public:
    explicit SenderClock(uint32_t clock_rate) : clock_rate_(clock_rate) {}

    void on_sender_report(const SenderInfo& info, TimePoint arrival) {
        ntp_ = info.ntp;
        timestamp_ = info.rtp_timestamp;
        arrival_ = arrival;
    }

    struct Reading {
        NtpTime ntp = 0;
        uint32_t timestamp = 0;
    };

    /// Nothing before the source's first report.
    std::optional<Reading> at(TimePoint now) const {
        if (ntp_ == 0) return std::nullopt;
        const auto elapsed = now - arrival_;
        return Reading{.ntp = ntp_ + ntp_duration(elapsed),
                       .timestamp = timestamp_ + media_ticks(elapsed, clock_rate_)};
    }

    /// When the media of this timestamp was captured, by the source's clock. Nothing before the
    /// source's first report.
    std::optional<NtpTime> capture_time(uint32_t timestamp) const {
        if (ntp_ == 0) return std::nullopt;
        const auto ticks = int64_t{static_cast<int32_t>(timestamp - timestamp_)};
        return ntp_ + static_cast<NtpTime>(ticks * (int64_t{1} << 32) / int64_t{clock_rate_});
    }

  private:
    uint32_t clock_rate_;
    NtpTime ntp_ = 0;
    uint32_t timestamp_ = 0;
    TimePoint arrival_{};
};

}  // namespace parley::sfu
