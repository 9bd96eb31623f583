#pragma once

#include <cstdint>
#include <optional>

#include "sfu/media_time.hpp"
#include "sfu/rtcp_packet.hpp"
#include "sfu/sequence.hpp"

namespace parley::sfu {

/// What a receiver reports on one incoming stream (RFC 3550 s6.4.1, A.3, A.8).
class ReceiveStatistics {
  public:
    explicit ReceiveStatistics(uint32_t clock_rate) : clock_rate_(clock_rate) {}

    void on_packet(uint16_t sequence, uint32_t timestamp, TimePoint arrival);
    void on_sender_report(NtpTime ntp, TimePoint arrival);

    /// The block for the next report; begins a new interval. Nothing before the first packet.
    std::optional<ReportBlock> report(uint32_t ssrc, TimePoint now);

    /// Packets since the first, by their sequence numbers.
    int64_t expected() const;

    /// Of these; negative where some came twice.
    int64_t lost() const { return expected() - received_; }

    microseconds jitter() const;

  private:
    uint32_t clock_rate_;
    SequenceUnwrapper unwrapper_;
    int64_t base_ = 0;
    int64_t received_ = 0;
    int64_t expected_before_ = 0;
    int64_t received_before_ = 0;
    double jitter_ = 0;  ///< ticks
    std::optional<uint32_t> last_timestamp_;
    TimePoint last_arrival_{};
    uint32_t last_sender_report_ = 0;
    TimePoint sender_report_arrival_{};
};

}  // namespace parley::sfu
