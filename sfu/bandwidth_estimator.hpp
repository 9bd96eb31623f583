#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sfu/acknowledged_rate.hpp"
#include "sfu/bit_rate.hpp"
#include "sfu/delay_trend.hpp"
#include "sfu/loss_limit.hpp"
#include "sfu/media_time.hpp"
#include "sfu/probe_controller.hpp"
#include "sfu/rate_control.hpp"
#include "sfu/rtcp_packet.hpp"
#include "sfu/send_history.hpp"
#include "sfu/transport_feedback.hpp"

namespace parley::sfu {

/// How much may be sent to one receiver: Google congestion control (draft-ietf-rmcat-gcc-02) at the
/// sender, by transport-wide feedback, with what libwebrtc has changed since the draft; and probes.
/// A receiver without such feedback is judged by its REMB and its loss alone.
///
/// All rates are of whole RTP packets, without UDP and IP. Some 90 kB, mostly of history.
class BandwidthEstimator {
  public:
    struct Limits {
        BitsPerSecond start = 300'000;
        BitsPerSecond min = 30'000;
        BitsPerSecond max = 10'000'000;
    };

    BandwidthEstimator(const Limits& limits, TimePoint now);

    /// A packet of any kind, retransmissions and padding too, `bytes` as it leaves; `tag` is given
    /// back by `lost`, unless it is 0. Returns its transport-wide sequence number. On the packet
    /// path.
    uint16_t on_packet_sent(size_t bytes, TimePoint now, uint32_t tag = 0) {
        sent_bytes_ += bytes;
        if (unanswered_since_ == TimePoint::max()) unanswered_since_ = now;
        return history_.add(bytes, now, probes_.on_packet_sent(bytes, now), tag);
    }

    /// Other packets, and feedback that is malformed or of packets long gone, are ignored.
    void on_transport_feedback(const RtcpPacket& packet, TimePoint now);

    /// The tags of what the latest feedback told to be lost; of much, the first.
    std::span<const uint32_t> lost() const { return {lost_.data(), lost_count_}; }

    /// Never more than this. The rate follows it where there is no transport-wide feedback.
    void on_remb(BitsPerSecond rate, TimePoint now);

    /// Ignored where there is transport-wide feedback. `fraction_lost` of 256, the worst of the
    /// streams; `round_trip` where known.
    void on_receiver_report(uint8_t fraction_lost, std::optional<Clock::duration> round_trip,
                            TimePoint now);

    /// What could be sent if the link carried it. Beyond it nothing is probed for; at first 0.
    void set_wanted(BitsPerSecond rate) { wanted_ = rate; }

    BitsPerSecond bits_per_second() const;

    /// Of what is sent, lately, 0 to 1, by transport-wide feedback.
    double average_loss() const { return loss_.average_loss(); }

    /// Octets of padding to send now, mostly 0: more than one packet's, where it is much. To be
    /// called each MediaLoop::kTickInterval while `probing`, else ten times a second or more,
    /// because feedback that stays out is noticed here.
    size_t padding_due(TimePoint now);

    /// Feedback stays out, for longer than it takes.
    bool silent() const { return silent_; }

    bool probing() const { return probes_.sending(); }

  private:
    static constexpr size_t kLostMax = 64;

    /// What one feedback message told.
    struct Told {
        bool received = false;  ///< anything that was not known before
        TimePoint latest{};     ///< when the latest packet told of was sent
        TimePoint latest_received{};
    };

    void on_status(const TransportFeedbackReader::Status& status, Told& told);
    void update(TimePoint latest, TimePoint now);
    void measure_sending(TimePoint now);
    void notice_silence(TimePoint now);
    microseconds unwrap(microseconds arrival);

    Limits limits_;
    SendHistory history_;
    DelayTrend trend_;
    AcknowledgedRate acknowledged_;
    LossLimit loss_;
    RateControl rate_;
    ProbeController probes_;
    BitsPerSecond wanted_ = 0;
    std::optional<BitsPerSecond> remb_;
    bool feedback_seen_ = false;  ///< transport-wide
    std::array<uint32_t, kLostMax> lost_{};
    size_t lost_count_ = 0;
    std::optional<microseconds> latest_arrival_;
    Clock::duration round_trip_{};  ///< smoothed; 0: unknown

    TimePoint unanswered_since_ = TimePoint::max();  ///< since the latest feedback
    TimePoint silence_cut_{};                        ///< when silence last lowered the rate
    bool silent_ = false;
    BitsPerSecond rate_before_silence_ = 0;
    TimePoint losses_from_{};  ///< of packets sent before, losses were answered for by then

    // Of the present interval of measuring what is sent.
    TimePoint measured_from_;
    TimePoint last_tick_;
    size_t sent_bytes_ = 0;
    size_t allowed_bytes_ = 0;

    BitsPerSecond sent_rate_ = 0;
    bool application_limited_ = false;  ///< less is sent than allowed
    TimePoint report_answered_{};       ///< when a receiver report last changed the rate
};

}  // namespace parley::sfu
