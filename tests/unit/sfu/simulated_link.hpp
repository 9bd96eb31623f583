#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "sfu/bandwidth_estimator.hpp"
#include "sfu/transport_feedback.hpp"

/// A network and a receiver that exist in arithmetic only: seeded, on a clock that the test moves.
namespace parley::sfu::test {

/// One direction: a bottleneck with a queue that drops at its tail, and then a way to go.
class SimulatedLink {
  public:
    struct Settings {
        BitsPerSecond rate = 1'000'000;
        milliseconds queue_max{300};  ///< of waiting at the present rate
        microseconds propagation{25'000};
        double loss = 0;         ///< of 1, at random
        milliseconds jitter{0};  ///< at most; packets stay in order
        double reordering = 0;   ///< of 1: packets that come up to 30 ms later than those behind
        bool down = false;       ///< everything is lost
    };

    SimulatedLink(const Settings& initial, unsigned seed) : settings(initial), random_(seed) {}

    /// When the packet arrives; nothing: it is lost.
    std::optional<TimePoint> transmit(size_t bytes, TimePoint now) {
        if (settings.down) return std::nullopt;
        const TimePoint begin = std::max(now, free_);
        if (begin - now > settings.queue_max) return std::nullopt;
        free_ = begin + microseconds(bytes * 8'000'000 / settings.rate);
        if (chance(settings.loss)) return std::nullopt;
        const TimePoint arrival = free_ + settings.propagation + up_to(settings.jitter);
        if (chance(settings.reordering)) return arrival + up_to(milliseconds(30));
        last_ = std::max(last_, arrival);
        return last_;
    }

    /// How long a packet sent now would wait.
    microseconds queueing(TimePoint now) const {
        return std::chrono::duration_cast<microseconds>(std::max(free_, now) - now);
    }

    Settings settings;  ///< may be changed at any time

  private:
    bool chance(double probability) {
        return static_cast<double>(random_()) < probability * 4'294'967'296.0;
    }

    microseconds up_to(microseconds most) {
        return most.count() == 0 ? most
                                 : microseconds(random_() % static_cast<uint64_t>(most.count()));
    }

    std::mt19937 random_;
    TimePoint free_{};  ///< when the bottleneck has sent what waits
    TimePoint last_{};
};

/// A sender of video at its estimate, and its receiver, over a link that others may share.
class SimulatedSender {
  public:
    SimulatedSender(const BandwidthEstimator::Limits& limits, SimulatedLink& link, TimePoint now,
                    unsigned seed)
        : estimator(limits, now), link_(link), random_(seed), next_tick_(now), next_frame_(now) {
        estimator.set_wanted(limits.max);
    }

    /// To be called each millisecond.
    void step(TimePoint now) {
        deliver(now);
        if (now >= next_tick_) {
            next_tick_ += milliseconds(10);
            send_padding(now);
        }
        if (now >= next_frame_) {
            next_frame_ += microseconds(33'333);
            // Frames differ by up to a fifth; a publisher's pacer spreads them.
            const double size = 0.8 + static_cast<double>(random_() % 1'000) / 2'500;
            const BitsPerSecond rate = std::min(estimator.bits_per_second(), media_max);
            frame_left_ += static_cast<double>(rate) / 8 / 30 * size;
        }
        if (frame_left_ >= 100) {
            const auto bytes = static_cast<size_t>(std::min(frame_left_, 1'200.0));
            frame_left_ -= static_cast<double>(bytes);
            send(bytes, now);
        }
    }

    BandwidthEstimator estimator;
    BitsPerSecond media_max = UINT64_MAX;  ///< what there is to send
    size_t padding_sent = 0;               ///< octets
    size_t arrived = 0;                    ///< octets
    bool feedback_lost = false;            ///< the way back is down

  private:
    /// The receiver's clock is another one.
    static constexpr std::chrono::hours kClockOffset{1'000};
    static constexpr milliseconds kWayBack{25};

    struct Packet {
        uint16_t sequence = 0;
        size_t bytes = 0;
    };

    void send(size_t bytes, TimePoint now) {
        const uint16_t sequence = estimator.on_packet_sent(bytes, now);
        const auto arrival = link_.transmit(bytes, now);
        if (arrival) packets_.emplace(*arrival, Packet{.sequence = sequence, .bytes = bytes});
    }

    void send_padding(TimePoint now) {
        for (size_t due = estimator.padding_due(now); due > 0;) {
            const size_t bytes = std::clamp<size_t>(due, 200, 1'200);
            send(bytes, now);
            padding_sent += bytes;
            due -= std::min(due, bytes);
        }
    }

    void deliver(TimePoint now) {
        while (!packets_.empty() && packets_.begin()->first <= now) {
            const auto [arrival, packet] = *packets_.begin();
            packets_.erase(packets_.begin());
            generator_.on_packet(packet.sequence, arrival + kClockOffset);
            arrived += packet.bytes;
        }
        if (generator_.due(now)) {
            RtcpWriter writer;
            generator_.write(writer, 1, 2, now);
            const auto bytes = writer.bytes();
            if (!feedback_lost)
                feedback_.emplace(now + kWayBack, std::vector(bytes.begin(), bytes.end()));
        }
        while (!feedback_.empty() && feedback_.begin()->first <= now) {
            RtcpReader reader(feedback_.begin()->second);
            while (const auto packet = reader.next())
                estimator.on_transport_feedback(*packet, now);
            feedback_.erase(feedback_.begin());
        }
    }

    SimulatedLink& link_;
    std::mt19937 random_;
    TimePoint next_tick_;
    TimePoint next_frame_;
    double frame_left_ = 0;  ///< octets
    std::multimap<TimePoint, Packet> packets_;
    std::multimap<TimePoint, std::vector<uint8_t>> feedback_;
    TransportFeedbackGenerator generator_;
};

/// One sender over one link.
struct SimulatedCall {
    SimulatedCall(const SimulatedLink::Settings& settings, const BandwidthEstimator::Limits& limits,
                  unsigned seed)
        : link(settings, seed), sender(limits, link, now, seed + 1'000) {}

    /// `each` is called after every millisecond.
    void run(milliseconds time, const std::function<void()>& each = {}) {
        for (const TimePoint end = now + time; now < end; now += milliseconds(1)) {
            sender.step(now);
            if (each) each();
        }
    }

    BitsPerSecond estimate() const { return sender.estimator.bits_per_second(); }

    /// The estimate over the time to come.
    struct Range {
        BitsPerSecond lowest = UINT64_MAX;
        BitsPerSecond average = 0;
        BitsPerSecond highest = 0;
    };

    Range observe(milliseconds time) {
        Range range;
        run(time, [&] {
            range.lowest = std::min(range.lowest, estimate());
            range.highest = std::max(range.highest, estimate());
            range.average += estimate();
        });
        range.average /= static_cast<uint64_t>(time.count());
        return range;
    }

    TimePoint now{std::chrono::hours(1)};
    SimulatedLink link;
    SimulatedSender sender;
};

}  // namespace parley::sfu::test
