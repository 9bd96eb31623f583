#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sfu/media_time.hpp"

namespace parley::sfu {

/// What the queue at the bottleneck does (draft-ietf-rmcat-gcc-02 s5.4).
enum class BandwidthUsage : uint8_t {
    normal,
    underusing,  ///< it drains
    overusing,   ///< it grows
};

/// Tells from the one-way delay of packets whether the bottleneck's queue grows
/// (draft-ietf-rmcat-gcc-02 s5.2 to s5.4). As libwebrtc does today it fits a line through the
/// smoothed delay instead of the draft's Kalman filter (s5.3).
class DelayTrend {
  public:
    /// A received packet, in the order of sending. `arrival` is of the receiver's clock, whose
    /// offset does not matter.
    void on_packet(TimePoint sent, microseconds arrival);

    BandwidthUsage usage() const { return usage_; }

  private:
    static constexpr size_t kWindow = 20;  ///< groups that the line is fitted through

    /// Packets that were sent together, or that left a queue together (s5.2).
    struct Group {
        TimePoint first_sent{};
        TimePoint last_sent{};
        microseconds first_arrival{};
        microseconds last_arrival{};
    };

    /// A group: when it arrived, and how much longer it took than the first one.
    struct Sample {
        double arrival_ms = 0;
        double delay_ms = 0;  ///< smoothed
    };

    bool belongs_to_group(TimePoint sent, microseconds arrival) const;
    void on_group(double sent_delta_ms, double arrival_delta_ms);
    double slope() const;
    void detect(double trend_ms, double sent_delta_ms);
    void adapt_threshold(double trend_ms, double arrival_delta_ms);

    std::optional<Group> current_;
    std::optional<Group> previous_;

    std::array<Sample, kWindow> samples_{};
    size_t groups_ = 0;
    double arrival_ms_ = 0;         ///< of the latest group, since the first
    double delay_ms_ = 0;           ///< of the latest group
    double smoothed_delay_ms_ = 0;  ///< of the latest group

    /// s5.4: del_var_th(0). The trend is in milliseconds as the draft's m(i) is.
    double threshold_ms_ = 12.5;
    double previous_trend_ms_ = 0;
    double overuse_ms_ = 0;      ///< for how long the trend has been above the threshold
    size_t overuse_groups_ = 0;  ///< and over how many groups
    BandwidthUsage usage_ = BandwidthUsage::normal;
};

}  // namespace parley::sfu
