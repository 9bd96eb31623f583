#include <boost/test/unit_test.hpp>
#include <vector>

#include "sfu/bandwidth_estimate.hpp"
#include "sfu/keyframe_requests.hpp"
#include "sfu/nack_generator.hpp"
#include "sfu/receive_statistics.hpp"
#include "sfu/sender_clock.hpp"
#include "sfu/sequence.hpp"

namespace parley::sfu::test {

namespace {

const TimePoint kStart{std::chrono::hours(1)};

std::vector<uint16_t> due(NackGenerator& nacks, TimePoint now) {
    std::vector<uint16_t> sequences(NackGenerator::kMissingMax);
    sequences.resize(nacks.due(now, sequences));
    return sequences;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nack_generator)

BOOST_AUTO_TEST_CASE(missing_packets_are_asked_for_over_the_wrap) {
    NackGenerator nacks;
    nacks.on_packet(65'533, kStart);
    nacks.on_packet(1, kStart);
    BOOST_TEST(due(nacks, kStart).empty());  // may only be late
    const auto later = kStart + NackGenerator::kReorderDelay;
    BOOST_TEST(due(nacks, later) == (std::vector<uint16_t>{65'534, 65'535, 0}),
               boost::test_tools::per_element());
    BOOST_TEST(due(nacks, later).empty());
    nacks.on_packet(65'535, later);
    BOOST_TEST(
        due(nacks, later + NackGenerator::kRetryInterval) == (std::vector<uint16_t>{65'534, 0}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(reordered_packets_are_not_asked_for) {
    NackGenerator nacks;
    for (const uint16_t sequence : std::vector<uint16_t>{10, 12, 11, 13})
        nacks.on_packet(sequence, kStart);
    BOOST_TEST(due(nacks, kStart + NackGenerator::kReorderDelay).empty());
}

BOOST_AUTO_TEST_CASE(tries_and_time_are_bounded) {
    NackGenerator nacks;
    nacks.on_packet(1, kStart);
    nacks.on_packet(3, kStart);
    size_t tries = 0;
    for (auto now = kStart; now < kStart + std::chrono::seconds(10); now += milliseconds(10)) {
        tries += due(nacks, now).size();
    }
    BOOST_TEST(tries == NackGenerator::kTriesMax);
    BOOST_TEST(nacks.missing() == 0u);
    nacks.on_packet(5, kStart);
    BOOST_TEST(due(nacks, kStart + NackGenerator::kAgeMax + milliseconds(1)).empty());
}

BOOST_AUTO_TEST_CASE(too_wide_a_gap_wants_a_key_frame) {
    NackGenerator nacks;
    BOOST_TEST(!nacks.on_packet(1, kStart));
    BOOST_TEST(!nacks.on_packet(2 + NackGenerator::kMissingMax, kStart));
    BOOST_TEST(nacks.missing() == NackGenerator::kMissingMax);
    BOOST_TEST(nacks.on_packet(4 + NackGenerator::kMissingMax, kStart));
    BOOST_TEST(nacks.missing() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(keyframe_requests)

BOOST_AUTO_TEST_CASE(requests_within_the_interval_become_one) {
    KeyframeRequests requests(milliseconds(500));
    BOOST_TEST(!requests.poll(kStart));
    requests.want();
    BOOST_TEST(requests.poll(kStart));
    BOOST_TEST(!requests.poll(kStart + milliseconds(600)));
    requests.want();
    requests.want();
    BOOST_TEST(requests.poll(kStart + milliseconds(600)));
    requests.want();
    BOOST_TEST(!requests.poll(kStart + milliseconds(1'099)));
    BOOST_TEST(requests.poll(kStart + milliseconds(1'100)));
    BOOST_TEST(!requests.poll(kStart + milliseconds(9'000)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(receive_statistics)

BOOST_AUTO_TEST_CASE(loss_is_reported_by_interval_and_in_all) {
    ReceiveStatistics statistics(90'000);
    BOOST_TEST(!statistics.report(7, kStart));
    for (const uint16_t sequence : std::vector<uint16_t>{65'534, 65'535, 1, 2})
        statistics.on_packet(sequence, 0, kStart);
    auto block = statistics.report(7, kStart);
    BOOST_REQUIRE(block);
    BOOST_TEST(block->ssrc == 7u);
    BOOST_TEST(block->fraction_lost == 256 / 5);
    BOOST_TEST(block->cumulative_lost == 1);
    BOOST_TEST(block->extended_highest_sequence == 0x10002u);
    statistics.on_packet(0, 0, kStart);  // late, not lost
    statistics.on_packet(3, 0, kStart);
    block = statistics.report(7, kStart);
    BOOST_TEST(block->fraction_lost == 0);
    BOOST_TEST(block->cumulative_lost == 0);
    BOOST_TEST(statistics.lost() == 0);
    BOOST_TEST(statistics.expected() == 6);
}

BOOST_AUTO_TEST_CASE(jitter_is_the_deviation_from_the_media_clock) {
    ReceiveStatistics steady(90'000);
    ReceiveStatistics uneven(90'000);
    for (uint16_t i = 0; i < 200; ++i) {
        const auto time = kStart + milliseconds(20) * i;
        steady.on_packet(i, uint32_t{i} * 1'800, time);
        uneven.on_packet(i, uint32_t{i} * 1'800, time + milliseconds(i % 2 * 10));
    }
    BOOST_TEST(steady.report(1, kStart)->jitter == 0u);
    const auto jitter = uneven.report(1, kStart)->jitter;
    BOOST_TEST(jitter > 890u);  // 10 ms are 900 ticks
    BOOST_TEST(jitter <= 900u);
    BOOST_TEST(uneven.jitter().count() > 9'890);
    BOOST_TEST(uneven.jitter().count() <= 10'000);
}

BOOST_AUTO_TEST_CASE(the_senders_report_is_named_with_its_age) {
    ReceiveStatistics statistics(48'000);
    statistics.on_packet(1, 0, kStart);
    BOOST_TEST(statistics.report(1, kStart)->last_sender_report == 0u);
    statistics.on_sender_report(0x11112222'33334444, kStart);
    const auto block = statistics.report(1, kStart + milliseconds(1'500));
    BOOST_TEST(block->last_sender_report == 0x22223333u);
    BOOST_TEST(block->delay_since_last_report == 0x18000u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(clocks)

BOOST_AUTO_TEST_CASE(a_senders_clock_runs_on) {
    SenderClock clock(90'000);
    BOOST_TEST(!clock.at(kStart));
    clock.on_sender_report({.ntp = uint64_t{100} << 32, .rtp_timestamp = 0xffffffff}, kStart);
    const auto reading = clock.at(kStart + milliseconds(2'500));
    BOOST_REQUIRE(reading);
    BOOST_TEST(reading->ntp == (uint64_t{102} << 32) + (uint64_t{1} << 31));
    BOOST_TEST(reading->timestamp == 225'000u - 1);
}

BOOST_AUTO_TEST_CASE(sequence_numbers_are_unwrapped_to_the_nearest) {
    SequenceUnwrapper unwrapper;
    const std::vector<std::pair<uint16_t, int64_t>> cases{{65'534, 65'534},  {2, 65'538},
                                                          {65'535, 65'535},  {30'000, 95'536},
                                                          {62'000, 127'536}, {1, 131'073}};
    for (const auto& [sequence, expected] : cases) {
        BOOST_TEST(unwrapper.unwrap(sequence) == expected);
    }
}

BOOST_AUTO_TEST_CASE(the_estimate_follows_loss_within_its_limits) {
    constexpr uint64_t kMax = 2'000'000;
    BandwidthEstimate estimate(kMax);
    BOOST_TEST(estimate.bits_per_second() == kMax);
    estimate.on_report(13);  // 5 %: held
    BOOST_TEST(estimate.bits_per_second() == kMax);
    estimate.on_report(64);  // 25 %
    BOOST_TEST(estimate.bits_per_second() == kMax * 7 / 8);
    for (int i = 0; i < 100; ++i)
        estimate.on_report(255);
    BOOST_TEST(estimate.bits_per_second() == BandwidthEstimate::kBitrateMin);
    for (int i = 0; i < 100; ++i)
        estimate.on_report(0);
    BOOST_TEST(estimate.bits_per_second() == kMax);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
