#include "sfu/bandwidth_estimator.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "tests/unit/sfu/simulated_link.hpp"

namespace parley::sfu::test {

namespace {

using std::chrono::seconds;

constexpr unsigned kSeeds = 5;
const TimePoint kStart{std::chrono::hours(1)};

/// Runs `scenario` for several seeds, the number of each in what fails.
void with_seeds(const std::function<void(unsigned)>& scenario) {
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            scenario(seed);
        }
    }
}

/// Feedback of `count` packets from `base` on, received 1 ms apart, as its own packet.
std::vector<uint8_t> feedback_of(uint16_t base, uint16_t count, TimePoint arrival) {
    TransportFeedbackGenerator generator;
    for (uint16_t i = 0; i < count; ++i)
        generator.on_packet(static_cast<uint16_t>(base + i), arrival + milliseconds(i));
    RtcpWriter writer;
    generator.write(writer, 1, 2, arrival);
    return {writer.bytes().begin(), writer.bytes().end()};
}

void tell(BandwidthEstimator& estimator, std::span<const uint8_t> compound, TimePoint now) {
    RtcpReader reader(compound);
    while (const auto packet = reader.next())
        estimator.on_transport_feedback(*packet, now);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bandwidth_estimator)

BOOST_AUTO_TEST_CASE(it_converges_to_the_bottleneck_within_10_seconds) {
    for (const BitsPerSecond start : {300'000, 3'000'000}) {
        BOOST_TEST_CONTEXT("from " << start)
        with_seeds([&](unsigned seed) {
            SimulatedCall call({.rate = 1'000'000}, {.start = start}, seed);
            call.run(seconds(10));
            const auto range = call.observe(seconds(10));
            BOOST_TEST(range.average > 900'000u);
            BOOST_TEST(range.average < 1'100'000u);
            BOOST_TEST(range.lowest > 800'000u);
        });
    }
}

BOOST_AUTO_TEST_CASE(the_queue_stays_short) {
    with_seeds([](unsigned seed) {
        SimulatedCall call({.rate = 1'000'000}, {}, seed);
        call.run(seconds(5));
        microseconds sum{};
        microseconds longest{};
        call.run(seconds(20), [&] {
            sum += call.link.queueing(call.now);
            longest = std::max(longest, call.link.queueing(call.now));
        });
        BOOST_TEST(sum.count() / 20'000 < 30'000);
        BOOST_TEST(longest.count() < 200'000);
    });
}

BOOST_AUTO_TEST_CASE(it_follows_a_link_that_changes_and_recovers_within_10_seconds) {
    with_seeds([](unsigned seed) {
        SimulatedCall call({.rate = 2'000'000}, {}, seed);
        call.run(seconds(20));
        BOOST_TEST(call.estimate() > 1'600'000u);
        call.link.settings.rate = 500'000;
        call.run(seconds(2));
        const auto low = call.observe(seconds(10));
        BOOST_TEST(low.highest < 600'000u);
        BOOST_TEST(low.average > 400'000u);
        call.link.settings.rate = 2'000'000;
        call.run(seconds(10));
        BOOST_TEST(call.observe(seconds(10)).average > 1'750'000u);
    });
}

BOOST_AUTO_TEST_CASE(two_senders_share_a_link_fairly) {
    with_seeds([](unsigned seed) {
        SimulatedLink link({.rate = 2'000'000}, seed);
        TimePoint now = kStart;
        SimulatedSender first({}, link, now, seed + 1);
        SimulatedSender second({}, link, now, seed + 2);
        const auto run = [&](milliseconds time, bool both) {
            for (const TimePoint end = now + time; now < end; now += milliseconds(1)) {
                first.step(now);
                if (both) second.step(now);
            }
        };
        run(seconds(10), false);
        run(seconds(40), true);
        const size_t first_before = first.arrived;
        const size_t second_before = second.arrived;
        run(seconds(60), true);
        const size_t first_bytes = first.arrived - first_before;
        const size_t both_bytes = first_bytes + second.arrived - second_before;
        const size_t percent = first_bytes * 100 / both_bytes;
        BOOST_TEST(percent >= 35u);
        BOOST_TEST(percent <= 65u);
        BOOST_TEST(rate_of(both_bytes, seconds(60)) > 1'700'000u);
    });
}

BOOST_AUTO_TEST_CASE(random_loss_without_congestion) {
    struct Case {
        double loss;
        BitsPerSecond lowest;   ///< in 20 s
        BitsPerSecond highest;  ///< in 20 s
    };

    for (const auto& each : {Case{0.02, 750'000, 1'200'000}, Case{0.05, 700'000, 1'200'000},
                             Case{0.30, 30'000, 500'000}}) {
        BOOST_TEST_CONTEXT(each.loss)
        with_seeds([&](unsigned seed) {
            SimulatedCall call({.rate = 1'000'000, .loss = each.loss}, {}, seed);
            call.run(seconds(10));
            const auto range = call.observe(seconds(20));
            BOOST_TEST(range.lowest >= each.lowest);
            BOOST_TEST(range.highest <= each.highest);
            call.link.settings.loss = 0;
            call.run(seconds(10));
            BOOST_TEST(call.observe(seconds(10)).average > 850'000u);
        });
    }
}

BOOST_AUTO_TEST_CASE(a_link_that_drops_instead_of_queueing) {
    with_seeds([](unsigned seed) {
        SimulatedCall call({.rate = 1'000'000, .queue_max = milliseconds(20)}, {}, seed);
        call.run(seconds(10));
        const auto range = call.observe(seconds(20));
        BOOST_TEST(range.lowest > 650'000u);
        BOOST_TEST(range.average < 1'050'000u);
    });
}

BOOST_AUTO_TEST_CASE(jitter_and_reordering_do_not_make_it_flap) {
    struct Case {
        milliseconds jitter;
        double reordering;
    };

    for (const auto& each :
         {Case{milliseconds(20), 0}, Case{milliseconds(0), 0.05}, Case{milliseconds(20), 0.05}}) {
        BOOST_TEST_CONTEXT(each.jitter.count() << " ms, " << each.reordering)
        with_seeds([&](unsigned seed) {
            SimulatedCall call(
                {.rate = 1'000'000, .jitter = each.jitter, .reordering = each.reordering}, {},
                seed);
            call.run(seconds(10));
            const auto range = call.observe(seconds(30));
            BOOST_TEST(range.lowest > 780'000u);
            BOOST_TEST(range.average > 900'000u);
            BOOST_TEST(range.highest < 1'150'000u);
        });
    }
}

BOOST_AUTO_TEST_CASE(silence_lowers_it_and_it_comes_back) {
    struct Case {
        const char* name;
        bool link_down;
    };

    for (const auto& each : {Case{"feedback lost", false}, Case{"everything lost", true}}) {
        BOOST_TEST_CONTEXT(each.name)
        with_seeds([&](unsigned seed) {
            SimulatedCall call({.rate = 1'000'000}, {}, seed);
            call.run(seconds(10));
            const BitsPerSecond before = call.estimate();
            call.link.settings.down = each.link_down;
            call.sender.feedback_lost = true;
            call.run(seconds(2));
            BOOST_TEST(call.estimate() < before * 6 / 10);
            call.run(seconds(10));
            BOOST_TEST(call.estimate() > before * 15 / 100);
            call.link.settings.down = false;
            call.sender.feedback_lost = false;
            call.run(seconds(3));
            BOOST_TEST(call.observe(seconds(10)).average > 900'000u);
        });
    }
}

BOOST_AUTO_TEST_CASE(feedback_that_is_lost_now_and_then_costs_little) {
    with_seeds([](unsigned seed) {
        SimulatedCall call({.rate = 1'000'000}, {}, seed);
        std::mt19937 random(seed);
        BitsPerSecond sum = 0;
        call.run(seconds(40), [&] {
            call.sender.feedback_lost = random() % 10 == 0;
            if (call.now >= kStart + seconds(10)) sum += call.estimate();
        });
        BOOST_TEST(sum / 30'000 > 800'000u);
        BOOST_TEST(sum / 30'000 < 1'050'000u);
    });
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_overuse_costs_little_where_little_is_sent) {
    with_seeds([](unsigned seed) {
        SimulatedCall call({.rate = 4'000'000}, {.start = 1'500'000}, seed);
        call.sender.media_max = 200'000;
        call.sender.estimator.set_wanted(200'000);
        call.run(seconds(10));
        const BitsPerSecond before = call.estimate();
        // Somebody is busy: all comes later and later for a moment.
        call.run(milliseconds(300), [&] { call.link.settings.propagation += microseconds(300); });
        call.link.settings.propagation = milliseconds(25);
        const auto range = call.observe(seconds(5));
        BOOST_TEST(range.lowest < before);
        BOOST_TEST(range.lowest > 300'000u);
    });
}

BOOST_AUTO_TEST_CASE(a_pause_in_sending_is_no_silence) {
    with_seeds([](unsigned seed) {
        SimulatedCall call({.rate = 1'000'000}, {}, seed);
        call.run(seconds(10));
        const BitsPerSecond before = call.estimate();
        call.link.settings.down = true;  // the last packets are lost
        call.run(milliseconds(100));
        call.sender.media_max = 0;
        call.run(seconds(10));
        BOOST_TEST(call.estimate() >= before * 7 / 10);
        call.link.settings.down = false;
        call.sender.media_max = 300'000;
        BOOST_TEST(call.observe(seconds(10)).lowest >= before * 7 / 10);
    });
}

BOOST_AUTO_TEST_CASE(probes_find_what_is_wanted_and_no_more) {
    with_seeds([](unsigned seed) {
        SimulatedCall call({.rate = 4'000'000}, {}, seed);
        call.sender.media_max = 200'000;
        call.sender.estimator.set_wanted(2'000'000);
        call.run(seconds(3));
        BOOST_TEST(call.estimate() > 2'000'000u);
        BOOST_TEST(call.estimate() < 2'500'000u);
        const size_t padding = call.sender.padding_sent;
        BOOST_TEST(padding > 0u);
        call.run(seconds(30));
        BOOST_TEST(call.sender.padding_sent == padding);
        call.sender.estimator.set_wanted(3'500'000);
        call.run(seconds(10));
        BOOST_TEST(call.estimate() > 3'500'000u * 9 / 10);
    });
}

BOOST_AUTO_TEST_CASE(probes_in_vain_become_rare_and_do_not_lower_the_estimate) {
    with_seeds([](unsigned seed) {
        SimulatedCall call({.rate = 800'000}, {}, seed);
        call.sender.media_max = 400'000;
        call.sender.estimator.set_wanted(3'000'000);
        call.run(seconds(5));
        const size_t padding = call.sender.padding_sent;
        const auto range = call.observe(seconds(60));
        BOOST_TEST(range.lowest > 500'000u);
        BOOST_TEST(range.highest < 900'000u);
        BOOST_TEST(rate_of(call.sender.padding_sent - padding, seconds(60)) < 15'000u);
    });
}

BOOST_AUTO_TEST_CASE(nothing_is_padded_before_feedback_or_unless_more_is_wanted) {
    BandwidthEstimator estimator({}, kStart);
    estimator.set_wanted(5'000'000);
    TimePoint now = kStart;
    for (; now < kStart + seconds(5); now += milliseconds(10)) {
        estimator.on_packet_sent(1'000, now);
        BOOST_REQUIRE(estimator.padding_due(now) == 0u);
    }
    SimulatedCall call({.rate = 4'000'000}, {}, 1);
    call.sender.estimator.set_wanted(0);
    call.run(seconds(20));
    BOOST_TEST(call.sender.padding_sent == 0u);
    BOOST_TEST(call.estimate() > 1'000'000u);  // it grew by itself
}

BOOST_AUTO_TEST_CASE(limits_hold) {
    SimulatedCall narrow({.rate = 50'000}, {.start = 300'000, .min = 100'000, .max = 400'000}, 1);
    SimulatedCall wide({.rate = 5'000'000}, {.start = 300'000, .min = 100'000, .max = 400'000}, 1);
    BOOST_TEST(narrow.observe(seconds(20)).lowest == 100'000u);
    BOOST_TEST(wide.observe(seconds(20)).highest == 400'000u);
    wide.sender.estimator.on_remb(250'000, wide.now);
    BOOST_TEST(wide.estimate() == 250'000u);
    wide.sender.estimator.on_remb(1'000'000, wide.now);
    BOOST_TEST(wide.estimate() == 400'000u);
}

BOOST_AUTO_TEST_CASE(sequence_numbers_count_and_wrap) {
    BandwidthEstimator estimator({}, kStart);
    uint16_t expected = 0;
    for (int i = 0; i < 70'000; ++i)
        BOOST_REQUIRE(estimator.on_packet_sent(100, kStart) == expected++);
}

BOOST_AUTO_TEST_CASE(what_is_lost_is_told_once_by_its_tag) {
    BandwidthEstimator estimator({}, kStart);
    for (const uint32_t tag : {11, 12, 0, 14, 15})
        estimator.on_packet_sent(1'000, kStart, tag);
    const auto now = kStart + milliseconds(50);
    TransportFeedbackGenerator generator;
    for (const uint16_t arrived : {uint16_t{0}, uint16_t{4}})
        generator.on_packet(arrived, now);
    RtcpWriter writer;
    generator.write(writer, 1, 2, now);
    tell(estimator, writer.bytes(), now);
    const std::vector<uint32_t> lost(estimator.lost().begin(), estimator.lost().end());
    BOOST_TEST(lost == (std::vector<uint32_t>{12, 14}), boost::test_tools::per_element());
    tell(estimator, writer.bytes(), now);
    BOOST_TEST(estimator.lost().empty());
}

BOOST_AUTO_TEST_CASE(a_receiver_without_transport_feedback) {
    BandwidthEstimator estimator({.start = 300'000}, kStart);
    TimePoint now = kStart;
    // Sends what is allowed, and has a report each second.
    const auto report = [&](uint8_t fraction_lost, int times) {
        for (int i = 0; i < times; ++i) {
            for (int tick = 0; tick < 100; ++tick, now += milliseconds(10)) {
                estimator.on_packet_sent(estimator.bits_per_second() / 800, now);
                BOOST_REQUIRE(estimator.padding_due(now) == 0u);
            }
            estimator.on_receiver_report(fraction_lost, milliseconds(50), now);
            estimator.on_receiver_report(fraction_lost, milliseconds(50), now);  // another stream's
        }
    };
    report(0, 10);
    BOOST_TEST(estimator.bits_per_second() > 450'000u);
    BOOST_TEST(estimator.bits_per_second() < 500'000u);
    const BitsPerSecond grown = estimator.bits_per_second();
    report(13, 10);  // 5 %
    BOOST_TEST(estimator.bits_per_second() == grown);
    report(128, 2);
    BOOST_TEST(estimator.bits_per_second() < grown * 6 / 10);
    report(0, 3);
    now += seconds(1);
    estimator.on_remb(700'000, now);
    BOOST_TEST(estimator.bits_per_second() == 700'000u);
    estimator.on_remb(200'000, now);
    BOOST_TEST(estimator.bits_per_second() == 200'000u);
}

BOOST_AUTO_TEST_CASE(feedback_of_what_was_not_sent_changes_nothing) {
    BandwidthEstimator estimator({}, kStart);
    for (int i = 0; i < 20; ++i)
        estimator.on_packet_sent(1'000, kStart);
    const auto now = kStart + milliseconds(50);
    tell(estimator, feedback_of(20, 300, now), now);
    tell(estimator, feedback_of(65'000, 300, now), now);
    estimator.on_receiver_report(128, {}, now);  // so there was no transport-wide feedback yet
    BOOST_TEST(estimator.bits_per_second() == 225'000u);
    tell(estimator, feedback_of(0, 20, now), now);
    const BitsPerSecond known = estimator.bits_per_second();
    estimator.on_receiver_report(128, {}, now + seconds(2));
    BOOST_TEST(estimator.bits_per_second() == known);
}

/// A receiver that says whatever it likes gets a rate within the limits, and padding within what a
/// probe for the highest rate takes.
BOOST_AUTO_TEST_CASE(a_receiver_that_lies) {
    with_seeds([](unsigned seed) {
        const BandwidthEstimator::Limits limits;
        std::mt19937 random(seed);
        BandwidthEstimator estimator(limits, kStart);
        estimator.set_wanted(UINT32_MAX);
        TimePoint now = kStart;
        TimePoint said = kStart;
        for (int i = 0; i < 5'000; ++i, now += milliseconds(10)) {
            const uint16_t sequence = estimator.on_packet_sent(random() % 1'300, now);
            said += milliseconds(static_cast<int>(random() % 200'000) - 50'000) *
                    (random() % 10 == 0 ? 10'000 : 1) / 1'000;
            tell(estimator,
                 feedback_of(static_cast<uint16_t>(sequence - random() % 100),
                             static_cast<uint16_t>(1 + random() % 100), said),
                 now);
            BOOST_REQUIRE(estimator.bits_per_second() >= limits.min);
            BOOST_REQUIRE(estimator.bits_per_second() <= limits.max);
            BOOST_REQUIRE(estimator.padding_due(now) <= bytes_in(limits.max, milliseconds(220)));
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
