#include "sfu/rate_policer.hpp"

#include <boost/test/unit_test.hpp>

#include "sfu/sequence.hpp"
#include "tests/unit/sfu/sfu_fixture.hpp"

namespace parley::sfu::test {

namespace {

const TimePoint kStart{std::chrono::hours(1)};
constexpr uint64_t kLimit = 1'000'000;  // bit/s
constexpr size_t kSize = 1'000;         // octets of a packet

/// Packets for so long, evenly; at_once: all at the begin of each second.
struct Traffic {
    int seconds;
    uint64_t bits_per_second;
    bool at_once = false;
};

/// How much of the traffic passes, in percent.
int passed(RatePolicer& policer, const Traffic& traffic, TimePoint start) {
    const uint64_t per_second = traffic.bits_per_second / 8 / kSize;
    uint64_t accepted = 0;
    for (int second = 0; second < traffic.seconds; ++second) {
        for (uint64_t i = 0; i < per_second; ++i) {
            const auto offset = microseconds(traffic.at_once ? 0 : i * 1'000'000 / per_second);
            if (policer.accept(kSize, start + std::chrono::seconds(second) + offset)) ++accepted;
        }
    }
    return static_cast<int>(accepted * 100 / (per_second * static_cast<uint64_t>(traffic.seconds)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rate_policer)

BOOST_AUTO_TEST_CASE(who_keeps_to_the_limit_loses_nothing) {
    const std::vector<Traffic> table{
        {60, kLimit}, {60, kLimit, true}, {60, kLimit * 6 / 5}, {2, kLimit * 3 / 2}};
    for (const auto& traffic : table) {
        BOOST_TEST_CONTEXT(traffic.bits_per_second << " bit/s") {
            RatePolicer policer(kLimit, kStart);
            BOOST_TEST(passed(policer, traffic, kStart) == 100);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_exceeds_the_limit_by_far_is_stopped) {
    for (const uint64_t times : {2, 4, 20}) {
        BOOST_TEST_CONTEXT(times << " times as much") {
            RatePolicer policer(kLimit, kStart);
            // The second that the bucket holds at first, and 125 % of the limit in each that comes.
            const int most = static_cast<int>((125 * 61 / 60 + 1) / times);
            const int percent = passed(policer, {60, times * kLimit}, kStart);
            BOOST_TEST(percent <= most);
            BOOST_TEST(percent >= most * 8 / 10);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_passes_comes_in_one_piece) {
    RatePolicer policer(kLimit, kStart);
    int runs = 0;
    bool before = false;
    for (int ms = 0; ms < 10'000; ms += 4) {
        const bool now = policer.accept(kSize, kStart + milliseconds(ms));
        runs += now && !before ? 1 : 0;
        before = now;
    }
    // Half a second's worth or more each.
    BOOST_TEST(runs >= 4);
    BOOST_TEST(runs <= 11);
}

BOOST_AUTO_TEST_CASE(who_comes_back_to_the_limit_is_heard_again) {
    RatePolicer policer(kLimit, kStart);
    BOOST_TEST(passed(policer, {5, 10 * kLimit}, kStart) < 20);
    const auto later = kStart + std::chrono::seconds(5);
    BOOST_TEST(passed(policer, {1, kLimit}, later) < 100);
    BOOST_TEST(passed(policer, {10, kLimit}, later + std::chrono::seconds(1)) == 100);
}

BOOST_AUTO_TEST_CASE(pictures_above_the_limit_reach_nobody_and_come_back_whole) {
    auto config = Fixture::loopback();
    config.video_bitrate_max = 40'000;  // 6,250 octets a second with the tolerance
    Fixture fixture(config);
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    uint16_t number = 0;
    const auto send = [&](bool keyframe) {
        alice->send_rtp({.marker = true,
                         .payload_type = kVp8,
                         .sequence = number,
                         .timestamp = number * 3'000U,
                         .ssrc = kVideoSsrc,
                         .extensions = {}},
                        vp8_frame(number, keyframe, 180));
        ++number;
    };
    send(true);
    for (int i = 0; i < 40; ++i)
        send(false);
    const auto exceeded = fixture.expect<RateExceeded>(1);
    BOOST_TEST((exceeded.limit == RateExceeded::Limit::video));
    BOOST_TEST(exceeded.bits_per_second_max == 40'000u);
    BOOST_TEST(
        wait_until([&] { return fixture.statistics(1)->streams[1].counters.packets == 41; }));
    const auto dropped = fixture.statistics(1)->packets_dropped;
    BOOST_TEST(dropped >= 20u);
    const auto reached = bob.peer->received_count(bob.ssrc(1));
    BOOST_TEST(reached >= 10u);
    BOOST_TEST(reached <= 41 - dropped);
    // The SFU asks for a keyframe, and sends nothing before there is one.
    const auto asked = [&] {
        for (const auto& packet : alice->received_rtcp(RtcpType::payload_feedback)) {
            if (packet.count == static_cast<uint8_t>(PayloadFeedback::pli)) return true;
        }
        return false;
    };
    BOOST_TEST(wait_until(asked));
    TimePoint next{};
    BOOST_REQUIRE(wait_until([&] {
        if (Clock::now() >= next) {
            next = Clock::now() + milliseconds(100);
            send(number % 4 == 3);
        }
        return bob.peer->received_count(bob.ssrc(1)) > reached;
    }));
    const auto packets = bob.peer->received(bob.ssrc(1));
    BOOST_TEST(packets[reached].payload[4] == 0);  // a keyframe
    for (size_t i = 1; i < packets.size(); ++i) {
        BOOST_TEST(sequence_distance(packets[i - 1].header.sequence, packets[i].header.sequence) ==
                   1);
    }
    fixture.forget_events();
    for (int i = 0; i < 40; ++i)
        send(false);
    BOOST_TEST(wait_until([&] { return fixture.statistics(1)->packets_dropped > dropped + 20; }));
    BOOST_TEST(!fixture.find<RateExceeded>(1));
}

BOOST_AUTO_TEST_CASE(audio_and_participants_have_limits_too) {
    struct Case {
        RateExceeded::Limit limit;
        uint64_t audio;
        uint64_t participant;
    };

    const std::vector<Case> table{{RateExceeded::Limit::audio, 8'000, 10'000'000},
                                  {RateExceeded::Limit::participant, 1'000'000, 8'000}};
    for (const auto& each : table) {
        auto config = Fixture::loopback();
        config.audio_bitrate_max = each.audio;
        config.participant_bitrate_max = each.participant;
        Fixture fixture(config);
        auto alice = fixture.publish("alice", 1, {published_contents()[0]});
        auto bob = fixture.subscribe("bob", "alice", 2);
        for (uint16_t i = 0; i < kBurst; ++i) {
            alice->send_rtp({.payload_type = kOpus,
                             .sequence = i,
                             .timestamp = i * 960U,
                             .ssrc = kAudioSsrc,
                             .extensions = {}},
                            numbered_payload(i, 80));
        }
        const auto exceeded = fixture.expect<RateExceeded>(1);
        BOOST_TEST((exceeded.limit == each.limit));
        BOOST_TEST(exceeded.bits_per_second_max == 8'000u);
        BOOST_TEST(wait_until([&] { return fixture.statistics(1)->packets_dropped > 30; }));
        // No gap: nobody takes it for loss on its own path.
        std::vector<ReceivedRtp> heard;
        BOOST_TEST(wait_until([&] {
            heard = bob.peer->received(bob.ssrc(0));
            return heard.size() >= 10;
        }));
        for (size_t i = 1; i < heard.size(); ++i)
            BOOST_TEST(sequence_distance(heard[i - 1].header.sequence, heard[i].header.sequence) ==
                       1);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
