#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sfu/bit_rate.hpp"
#include "sfu/media_time.hpp"

namespace parley::sfu {

/// Finds out at once whether a link carries more, where growing to it would take long: for some 40
/// ms a cluster of packets is sent at a higher rate, media and as much padding as it takes, and
/// what arrives of it is measured. As libwebrtc's ProbeController and ProbeBitrateEstimator; a
/// draft does not tell of them.
class ProbeController {
  public:
    /// What the estimator knows when it asks whether to probe.
    struct Situation {
        BitsPerSecond estimate = 0;
        BitsPerSecond wanted = 0;
        /// The estimate would not grow there by itself soon, and a queue does not grow now.
        bool useful = false;
    };

    explicit ProbeController(BitsPerSecond max) : max_(max) {}

    /// The first feedback came: probes for 3 times the estimate, then 6, and so on.
    void start(BitsPerSecond estimate, TimePoint now);

    /// The link may have changed: a probe is due as soon as it is useful.
    void hurry(TimePoint now);

    /// Octets of padding to be sent now. To be called each tick.
    size_t padding_due(const Situation& situation, TimePoint now);

    /// A packet of any kind was sent; returns the cluster that it is of, or 0. On the packet path.
    uint8_t on_packet_sent(size_t bytes, TimePoint now) {
        if (!sending_) return 0;
        sent_bytes_ += bytes;
        ++sent_packets_;
        last_sent_ = now;
        return cluster_;
    }

    /// In the order of sending. `arrival` is of the receiver's clock.
    void on_packet_received(uint8_t cluster, TimePoint sent, microseconds arrival, size_t bytes);

    /// Feedback told of packets up to one sent at `latest`. Returns what the link carried, once for
    /// each cluster that told.
    std::optional<BitsPerSecond> on_feedback(TimePoint latest, BitsPerSecond estimate,
                                             TimePoint now);

    /// What the latest cluster told, for kFreshTime.
    std::optional<BitsPerSecond> measured(TimePoint now) const;

    /// Whether a cluster is on its way out.
    bool sending() const { return sending_; }

  private:
    /// Between probes of which nothing came it doubles.
    static constexpr Clock::duration kIntervalMin = std::chrono::seconds(5);
    static constexpr Clock::duration kIntervalMax = std::chrono::seconds(20);

    /// Packets sent in the same tick arrive as one; between n such bursts are n - 1 intervals.
    struct Bursts {
        size_t packets = 0;
        size_t bytes = 0;
        size_t count = 0;
        TimePoint first_sent{};
        TimePoint last_sent{};   ///< when the last burst was begun
        size_t first_bytes = 0;  ///< of the first burst
        size_t last_bytes = 0;
        microseconds first_arrival{};  ///< of the last packet of the first burst
        microseconds last_arrival{};
    };

    void begin(BitsPerSecond rate, TimePoint now);
    void end(std::optional<BitsPerSecond> carried_rate, BitsPerSecond estimate, TimePoint now);
    std::optional<BitsPerSecond> carried() const;

    BitsPerSecond max_;
    bool sending_ = false;
    bool waiting_ = false;  ///< for the feedback
    uint8_t cluster_ = 0;
    BitsPerSecond rate_ = 0;
    TimePoint began_{};
    TimePoint last_sent_{};
    size_t sent_bytes_ = 0;
    size_t sent_packets_ = 0;
    Bursts received_;
    TimePoint next_ = TimePoint::max();  ///< when to probe again; max: before the start
    BitsPerSecond next_rate_ = 0;        ///< for what; 0: a multiple of the estimate
    Clock::duration interval_ = kIntervalMin;
    std::optional<BitsPerSecond> measured_;
    TimePoint measured_at_{};
};

}  // namespace parley::sfu
