/// What the statistics are calculated from, with a clock of the test's own and RTCP as it comes.
#include <boost/test/unit_test.hpp>

#include "sfu/recent_traffic.hpp"
#include "sfu/round_trip_time.hpp"
#include "tests/unit/sfu/packet_fixture.hpp"

namespace parley::sfu::test {

namespace {

using std::chrono::seconds;

const TimePoint kStart{std::chrono::hours(1)};

/// The NTP time whose middle 32 bits the report of RFC 3550 refers to.
constexpr NtpTime kReferredTo = 0x12345678b7052000 << 16;

ReportBlock rfc3550_block() {
    const auto bytes = packet_fixture("rtcp/receiver_report_rfc3550");
    return RtcpReader(bytes).next()->report_block(0).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(round_trip_time)

BOOST_AUTO_TEST_CASE(is_that_of_the_example_in_rfc_3550) {
    RoundTripTime round_trip;
    round_trip.on_report_sent(kReferredTo, kStart);
    BOOST_TEST(!round_trip.latest());
    round_trip.on_report_received(rfc3550_block(), kStart + milliseconds(11'375));
    BOOST_REQUIRE(round_trip.latest());
    BOOST_TEST(round_trip.latest()->count() == 6'125'000);
}

BOOST_AUTO_TEST_CASE(is_measured_by_the_report_that_is_referred_to) {
    RoundTripTime round_trip;
    round_trip.on_report_sent(kReferredTo, kStart);
    for (int i = 1; i < 8; ++i) {
        const auto elapsed = seconds(i);
        round_trip.on_report_sent(kReferredTo + ntp_duration(elapsed), kStart + elapsed);
    }
    round_trip.on_report_received(rfc3550_block(), kStart + milliseconds(5'290));
    BOOST_REQUIRE(round_trip.latest());
    BOOST_TEST(round_trip.latest()->count() == 40'000);
}

BOOST_AUTO_TEST_CASE(is_not_measured_by_a_report_that_was_never_sent_or_long_ago) {
    RoundTripTime round_trip;
    round_trip.on_report_received({}, kStart);
    round_trip.on_report_received(rfc3550_block(), kStart);
    BOOST_TEST(!round_trip.latest());
    for (int i = 0; i < 9; ++i) {
        const auto elapsed = seconds(i);
        round_trip.on_report_sent(kReferredTo + ntp_duration(elapsed), kStart + elapsed);
    }
    round_trip.on_report_received(rfc3550_block(), kStart + seconds(9));
    BOOST_TEST(!round_trip.latest());
}

BOOST_AUTO_TEST_CASE(is_never_negative_whatever_delay_a_receiver_claims) {
    RoundTripTime round_trip;
    round_trip.on_report_sent(kReferredTo, kStart);
    auto block = rfc3550_block();
    block.delay_since_last_report = UINT32_MAX;
    round_trip.on_report_received(block, kStart + milliseconds(20));
    BOOST_TEST(round_trip.latest()->count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(recent_traffic)

BOOST_AUTO_TEST_CASE(the_rate_is_that_of_the_latest_samples) {
    RecentTraffic recent(kStart);
    BOOST_TEST(recent.bits_per_second() == 0u);
    recent.sample({.bytes = 250'000}, kStart + seconds(2));
    BOOST_TEST(recent.bits_per_second() == 1'000'000u);
    uint64_t bytes = 250'000;
    for (int i = 0; i < 5; ++i)
        recent.sample({.bytes = bytes += 10'000}, kStart + seconds(3 + i));
    BOOST_TEST(recent.bits_per_second() == 80'000u);
    for (int i = 0; i < 5; ++i)
        recent.sample({.bytes = bytes}, kStart + seconds(8 + i));
    BOOST_TEST(recent.bits_per_second() == 0u);
}

BOOST_AUTO_TEST_CASE(two_samples_of_one_moment_have_no_rate) {
    RecentTraffic recent(kStart);
    recent.sample({.bytes = 1'000}, kStart);
    BOOST_TEST(recent.bits_per_second() == 0u);
}

BOOST_AUTO_TEST_CASE(loss_is_the_share_of_what_was_expected_lately) {
    RecentTraffic recent(kStart);
    BOOST_TEST(recent.fraction_lost() == 0);
    recent.sample({.expected = 100, .lost = 25}, kStart + seconds(1));
    BOOST_TEST(recent.fraction_lost() == 0.25);
    recent.sample({.expected = 200, .lost = 20}, kStart + seconds(2));  // five were only late
    BOOST_TEST(recent.fraction_lost() == 0.1);
    for (int i = 0; i < 5; ++i)
        recent.sample({.expected = 300 + i, .lost = 20}, kStart + seconds(3 + i));
    BOOST_TEST(recent.fraction_lost() == 0);
    recent.sample({.expected = 305, .lost = 400}, kStart + seconds(8));
    BOOST_TEST(recent.fraction_lost() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
