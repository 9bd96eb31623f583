#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sfu/bit_rate.hpp"
#include "sfu/media_time.hpp"

namespace parley::sfu {

/// The rate that the loss allows, for links whose queue is too short for the delay to tell.
///
/// The loss-based part of draft-ietf-rmcat-gcc-02 (s6) takes all loss for congestion, and stays low
/// for ever where a radio link always loses 3 %. This follows libwebrtc's second loss-based
/// estimator instead. The link is modelled by two numbers: what it loses whatever is sent
/// (`inherent loss`), and a bandwidth above which it also loses all that is too much. After each
/// observation the pair is taken, of a few candidates, under which the losses of the latest
/// observations were likeliest.
class LossLimit {
  public:
    /// Feedback told of a packet for the first time.
    void on_packet(TimePoint sent, size_t bytes, bool received);

    /// A packet that counted as lost arrived after all.
    void on_late_packet();

    /// After each feedback. `delay_based`: the rate that the delay allows. `throughput`: what
    /// arrived lately, where that is what the link gave and not what there was to send.
    void update(BitsPerSecond delay_based, std::optional<BitsPerSecond> throughput);

    /// Nothing: the loss does not limit the rate.
    std::optional<BitsPerSecond> bits_per_second() const { return limit_; }

    /// 0 to 1, the latest observations counting most.
    double average_loss() const { return average_loss_; }

  private:
    static constexpr size_t kWindow = 20;  ///< observations

    struct Observation {
        TimePoint first_sent{};
        TimePoint last_sent{};
        size_t bytes = 0;
        double packets = 0;
        double lost = 0;
        BitsPerSecond sending_rate = 0;
    };

    /// The model of the link.
    struct Channel {
        BitsPerSecond bandwidth = 0;
        double inherent_loss = 0.01;

        double loss_at(BitsPerSecond sending_rate) const;
        void make_feasible();
    };

    const Observation& by_age(size_t age) const {
        return observations_[(count_ - 1 - age) % kWindow];
    }

    size_t observed() const { return count_ < kWindow ? count_ : kWindow; }

    bool complete_observation();
    Channel best_channel(BitsPerSecond delay_based, std::optional<BitsPerSecond> throughput) const;
    void fit_inherent_loss(Channel& channel) const;
    double likelihood(const Channel& channel) const;

    Observation partial_;
    std::array<Observation, kWindow> observations_{};  ///< a ring
    size_t count_ = 0;                                 ///< observations so far
    double average_loss_ = 0;
    Channel channel_;
    TimePoint growth_began_{};        ///< of the present kGrowthTime
    BitsPerSecond growth_limit_ = 0;  ///< within it
    std::optional<BitsPerSecond> limit_;
};

}  // namespace parley::sfu
