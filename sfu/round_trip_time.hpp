#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sfu/media_time.hpp"
#include "sfu/rtcp_packet.hpp"

namespace parley::sfu {

/// The round trip to one receiver, by the sender reports that its own reports refer to (RFC 3550
/// s6.4.1). When a report was sent is remembered, since its NTP time is the source's clock and not
/// ours.
class RoundTripTime {
  public:
    void on_report_sent(NtpTime ntp, TimePoint now) {
        sent_[next_] = {.middle = ntp_middle(ntp), .time = now};
        next_ = (next_ + 1) % sent_.size();
    }

    void on_report_received(const ReportBlock& block, TimePoint now) {
        if (block.last_sender_report == 0) return;
        for (const Sent& sent : sent_) {
            if (sent.middle != block.last_sender_report) continue;
            const microseconds delay(uint64_t{block.delay_since_last_report} * 1'000'000 >> 16);
            const auto elapsed = std::chrono::duration_cast<microseconds>(now - sent.time);
            latest_ = std::max(elapsed - delay, microseconds(0));
            return;
        }
    }

    /// Nothing before the receiver has reported.
    std::optional<microseconds> latest() const { return latest_; }

  private:
    struct Sent {
        uint32_t middle = 0;  ///< of its NTP time
        TimePoint time{};
    };

    std::array<Sent, 8> sent_{};  ///< the latest: receivers report at least every few seconds
    size_t next_ = 0;
    std::optional<microseconds> latest_;
};

}  // namespace parley::sfu
