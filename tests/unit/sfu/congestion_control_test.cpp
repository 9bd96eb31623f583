#include <boost/test/unit_test.hpp>
#include <random>

#include "sfu/acknowledged_rate.hpp"
#include "sfu/delay_trend.hpp"
#include "sfu/loss_limit.hpp"
#include "sfu/probe_controller.hpp"
#include "sfu/rate_control.hpp"
#include "sfu/send_history.hpp"

namespace parley::sfu::test {

namespace {

using std::chrono::seconds;

const TimePoint kStart{std::chrono::hours(1)};

}  // namespace

BOOST_AUTO_TEST_SUITE(send_history)

BOOST_AUTO_TEST_CASE(packets_are_found_until_they_are_overwritten) {
    SendHistory history;
    BOOST_TEST(history.find(0) == nullptr);
    BOOST_TEST(history.find(65'535) == nullptr);
    BOOST_TEST(history.latest() == nullptr);
    uint16_t sequence = 0;
    for (size_t i = 0; i < 65'536 + 10; ++i)
        sequence = history.add(i % 1'000, kStart + milliseconds(i), 0, 0);
    BOOST_TEST(sequence == 9);
    BOOST_TEST((history.latest()->sent == kStart + milliseconds(65'545)));
    BOOST_REQUIRE(history.find(9) != nullptr);
    BOOST_TEST(history.find(9)->size == 65'545 % 1'000);
    BOOST_TEST(history.find(10) == nullptr);
    BOOST_REQUIRE(history.find(65'535) != nullptr);
    BOOST_TEST((history.find(65'535)->sent == kStart + milliseconds(65'535)));
    const auto oldest = static_cast<uint16_t>(10 - SendHistory::kCapacity);
    BOOST_REQUIRE(history.find(oldest) != nullptr);
    BOOST_TEST(history.find(static_cast<uint16_t>(oldest - 1)) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(delay_trend)

BOOST_AUTO_TEST_CASE(usage_is_told_from_how_the_delay_changes) {
    struct Case {
        const char* name;
        int sent_us;     ///< between packets
        int arrival_us;  ///< between packets
        BandwidthUsage usage;
    };

    for (const auto& each : {
             Case{"as sent", 10'000, 10'000, BandwidthUsage::normal},
             Case{"clocks that differ by 100 ppm", 10'000, 10'001, BandwidthUsage::normal},
             Case{"10 % too much", 10'000, 11'000, BandwidthUsage::overusing},
             Case{"a queue that drains", 10'000, 9'000, BandwidthUsage::underusing},
         }) {
        BOOST_TEST_CONTEXT(each.name) {
            DelayTrend trend;
            BOOST_TEST((trend.usage() == BandwidthUsage::normal));
            for (int i = 0; i < 40; ++i)
                trend.on_packet(kStart + microseconds(each.sent_us) * i,
                                seconds(500) + microseconds(each.arrival_us) * i);
            BOOST_TEST((trend.usage() == each.usage));
        }
    }
}

BOOST_AUTO_TEST_CASE(bursts_are_one_group) {
    // Frames of ten packets each 33 ms, sent at once, that leave the bottleneck 3 ms apart.
    DelayTrend trend;
    for (int frame = 0; frame < 60; ++frame) {
        for (int i = 0; i < 10; ++i)
            trend.on_packet(kStart + milliseconds(33) * frame + microseconds(10) * i,
                            milliseconds(33) * frame + milliseconds(3) * i);
        BOOST_REQUIRE((trend.usage() == BandwidthUsage::normal));
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumps_begins_anew) {
    DelayTrend trend;
    const auto run = [&](int from, int to, microseconds offset) {
        for (int i = from; i < to; ++i) {
            trend.on_packet(kStart + milliseconds(10) * i, milliseconds(10) * i + offset);
            BOOST_REQUIRE((trend.usage() == BandwidthUsage::normal));
        }
    };
    run(0, 50, seconds(100));
    run(50, 100, seconds(200));
    run(100, 150, seconds(50));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(acknowledged_rate)

BOOST_AUTO_TEST_CASE(the_rate_of_arrival) {
    struct Case {
        const char* name;
        int sent_ms;     ///< between packets
        int arrival_ms;  ///< between packets
        int pause_ms;    ///< once in the midst, and then what was held comes at once
        BitsPerSecond low;
        BitsPerSecond high;
    };

    for (const auto& each : {Case{"as sent", 10, 10, 0, 795'000, 805'000},
                             Case{"a link that is full", 10, 20, 0, 395'000, 405'000},
                             Case{"a pause", 10, 10, 200, 700'000, 810'000}}) {
        BOOST_TEST_CONTEXT(each.name) {
            AcknowledgedRate rate;
            for (int i = 0; i < 100; ++i) {
                if (i < 9) BOOST_TEST(!rate.bits_per_second());
                int arrival_ms = i * each.arrival_ms;
                if (i >= 60) arrival_ms = std::max(arrival_ms, 600 + each.pause_ms);
                rate.on_packet(kStart + milliseconds(each.sent_ms) * i, milliseconds(arrival_ms),
                               1'000);
            }
            BOOST_REQUIRE(rate.bits_per_second());
            BOOST_TEST(*rate.bits_per_second() >= each.low);
            BOOST_TEST(*rate.bits_per_second() <= each.high);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_begins_anew) {
    AcknowledgedRate rate;
    for (int i = 0; i < 50; ++i)
        rate.on_packet(kStart + milliseconds(10) * i, seconds(100) + milliseconds(10) * i, 1'000);
    for (int i = 50; i < 100; ++i)
        rate.on_packet(kStart + milliseconds(10) * i, milliseconds(10) * i, 1'000);
    BOOST_REQUIRE(rate.bits_per_second());
    BOOST_TEST(*rate.bits_per_second() == 800'000u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rate_control)

BOOST_AUTO_TEST_CASE(it_decreases_below_the_throughput_and_then_grows_with_care) {
    RateControl control(1'000'000, 30'000, 5'000'000, kStart);
    control.set_round_trip(milliseconds(100));
    TimePoint now = kStart;
    const auto update = [&](BandwidthUsage usage, BitsPerSecond throughput) {
        now += milliseconds(100);
        control.update(usage, throughput, now);
        return control.bits_per_second();
    };
    for (int i = 0; i < 10; ++i)
        update(BandwidthUsage::normal, 1'000'000);
    BOOST_TEST(control.bits_per_second() > 1'060'000u);  // 8 % a second
    BOOST_TEST(control.bits_per_second() < 1'090'000u);
    BOOST_TEST(!control.near_capacity());
    BOOST_TEST(update(BandwidthUsage::overusing, 800'000) == 680'000u);
    BOOST_TEST(control.near_capacity());
    BOOST_TEST(update(BandwidthUsage::underusing, 680'000) == 680'000u);
    for (int i = 0; i < 11; ++i)
        update(BandwidthUsage::normal, 680'000);
    BOOST_TEST(control.bits_per_second() > 710'000u);  // a packet each 200 ms
    BOOST_TEST(control.bits_per_second() < 740'000u);
    update(BandwidthUsage::normal, 900'000);  // far more than it carried
    BOOST_TEST(!control.near_capacity());
}

BOOST_AUTO_TEST_CASE(it_does_not_grow_far_beyond_the_throughput) {
    RateControl control(300'000, 30'000, 5'000'000, kStart);
    for (int i = 1; i < 1'000; ++i)
        control.update(BandwidthUsage::normal, 300'000, kStart + milliseconds(100) * i);
    BOOST_TEST(control.bits_per_second() == 460'000u);
}

BOOST_AUTO_TEST_CASE(one_decrease_a_round_trip) {
    RateControl control(1'000'000, 30'000, 5'000'000, kStart);
    control.set_round_trip(milliseconds(100));
    const auto now = kStart + seconds(1);
    control.update(BandwidthUsage::overusing, 900'000, now);
    const BitsPerSecond once = control.bits_per_second();
    control.update(BandwidthUsage::overusing, 700'000, now + milliseconds(50));
    BOOST_TEST(control.bits_per_second() == once);
    control.update(BandwidthUsage::overusing, 700'000, now + milliseconds(100));
    BOOST_TEST(control.bits_per_second() == 595'000u);
    control.update(BandwidthUsage::overusing, 200'000, now + milliseconds(110));  // far too much
    BOOST_TEST(control.bits_per_second() == 170'000u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(loss_limit)

BOOST_AUTO_TEST_CASE(inherent_loss_does_not_limit_and_congestion_does) {
    struct Case {
        const char* name;
        double inherent;
        BitsPerSecond bandwidth;  ///< beyond it everything is lost
        bool limited;
    };

    for (const auto& each :
         {Case{"no loss", 0, 10'000'000, false}, Case{"a radio link", 0.04, 10'000'000, false},
          Case{"a policed link", 0.001, 1'000'000, true}, Case{"both", 0.04, 1'000'000, true}}) {
        BOOST_TEST_CONTEXT(each.name) {
            LossLimit limit;
            std::mt19937 random(7);
            constexpr BitsPerSecond kDelayBased = 2'000'000;
            TimePoint now = kStart;
            BitsPerSecond sum = 0;
            for (int i = 0; i < 400; ++i) {  // of 50 ms: 20 s
                const BitsPerSecond rate = limit.bits_per_second().value_or(kDelayBased);
                if (i >= 200) sum += rate;
                const double beyond =
                    rate > each.bandwidth
                        ? 1 - static_cast<double>(each.bandwidth) / static_cast<double>(rate)
                        : 0;
                const double loss = each.inherent + (1 - each.inherent) * beyond;
                const size_t packets = bytes_in(rate, milliseconds(50)) / 500;
                for (size_t p = 0; p < packets; ++p) {
                    const bool lost = static_cast<double>(random()) < loss * 4'294'967'296.0;
                    limit.on_packet(now, 500, !lost);
                }
                now += milliseconds(50);
                limit.update(kDelayBased, scaled(rate, 1 - loss));
            }
            const BitsPerSecond average = sum / 200;
            if (each.limited) {
                BOOST_TEST(average > each.bandwidth * 7 / 10);
                BOOST_TEST(average < each.bandwidth * 12 / 10);
            } else {
                BOOST_TEST(average == kDelayBased);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(probe_controller)

namespace {

/// Sends a cluster over a link of `link_rate`, 25 ms long; returns what is made of it.
std::optional<BitsPerSecond> probe(ProbeController& probes, BitsPerSecond estimate,
                                   BitsPerSecond link_rate, TimePoint& now, size_t lost = 0) {
    TimePoint free = now;
    TimePoint latest = now;
    size_t sent = 0;
    for (int tick = 0; tick < 20; ++tick, now += milliseconds(10)) {
        size_t due =
            probes.padding_due({.estimate = estimate, .wanted = 10'000'000, .useful = true}, now);
        for (; due > 0; due -= std::min<size_t>(due, 1'000)) {
            const uint8_t cluster = probes.on_packet_sent(1'000, now);
            BOOST_REQUIRE(cluster != 0);
            free = std::max(free, now) + microseconds(8'000'000'000 / link_rate);
            latest = now;
            if (sent++ < lost) continue;
            probes.on_packet_received(
                cluster, now, std::chrono::duration_cast<microseconds>(free.time_since_epoch()),
                1'000);
        }
    }
    BOOST_TEST(sent > 0u);
    return probes.on_feedback(latest, estimate, now);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_cluster_measures_the_link) {
    struct Case {
        const char* name;
        BitsPerSecond link;
        size_t lost;
        BitsPerSecond low;
        BitsPerSecond high;  ///< 0: nothing is told
    };

    for (const auto& each :
         {Case{"a fast link: what was probed for", 100'000'000, 0, 2'700'000, 3'100'000},
          Case{"a slower link: what it carries", 1'500'000, 0, 1'350'000, 1'550'000},
          Case{"a third is lost", 100'000'000, 5, 0, 0}}) {
        BOOST_TEST_CONTEXT(each.name) {
            ProbeController probes(50'000'000);
            TimePoint now = kStart;
            probes.start(1'000'000, now);
            const auto told = probe(probes, 1'000'000, each.link, now, each.lost);
            BOOST_REQUIRE(told.has_value() == (each.high != 0));
            if (!told) continue;
            BOOST_TEST(*told >= each.low);
            BOOST_TEST(*told <= each.high);
            BOOST_TEST((probes.measured(now) == told));
            BOOST_TEST(!probes.measured(now + seconds(1)));
        }
    }
}

BOOST_AUTO_TEST_CASE(success_is_followed_at_once_and_failure_later_and_later) {
    ProbeController probes(50'000'000);
    TimePoint now = kStart;
    const ProbeController::Situation situation{
        .estimate = 1'000'000, .wanted = 10'000'000, .useful = true};
    BOOST_TEST(probes.padding_due(situation, now) == 0u);  // not started
    probes.start(1'000'000, now);
    BOOST_TEST(probe(probes, 1'000'000, 100'000'000, now).has_value());
    // Twice what it carried, 5.8 Mbit/s or so, for 10 ms.
    BOOST_TEST(probes.padding_due(situation, now) > 6'500u);
    BOOST_TEST(probe(probes, 1'000'000, 1'000'000, now).has_value());

    milliseconds before{};
    for (int i = 0; i < 3; ++i) {
        const TimePoint ended = now;
        while (probes.padding_due(situation, now) == 0)
            now += milliseconds(10);
        const auto pause = std::chrono::duration_cast<milliseconds>(now - ended);
        BOOST_TEST(pause.count() > before.count());
        before = pause;
        probe(probes, 1'000'000, 1'000'000, now);
    }
    probes.hurry(now);
    BOOST_TEST(probes.padding_due(situation, now) > 0u);
}

BOOST_AUTO_TEST_CASE(a_cluster_without_feedback_is_given_up) {
    ProbeController probes(50'000'000);
    probes.start(1'000'000, kStart);
    const ProbeController::Situation situation{
        .estimate = 1'000'000, .wanted = 10'000'000, .useful = true};
    size_t clusters = 0;
    uint8_t last = 0;
    for (TimePoint now = kStart; now < kStart + seconds(60); now += milliseconds(10)) {
        if (probes.padding_due(situation, now) == 0) continue;
        const uint8_t cluster = probes.on_packet_sent(1'200, now);
        clusters += cluster != last;
        last = cluster;
    }
    BOOST_TEST(clusters > 3u);
    BOOST_TEST(clusters < 15u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
