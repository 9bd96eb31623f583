#include "sfu/retransmission_budget.hpp"

#include <boost/test/unit_test.hpp>

namespace parley::sfu::test {

BOOST_AUTO_TEST_SUITE(retransmission_budget)

BOOST_AUTO_TEST_CASE(as_much_goes_out_again_as_the_path_carries) {
    constexpr size_t kPacket = 1'200;

    struct Case {
        BitsPerSecond rate;
        size_t at_once;     // packets
        size_t per_second;  // packets, afterwards
    };

    for (const auto& each : {Case{.rate = 48'000, .at_once = 5, .per_second = 5},
                             Case{.rate = 960'000, .at_once = 25, .per_second = 100},
                             Case{.rate = 9'600'000, .at_once = 250, .per_second = 1'000}}) {
        BOOST_TEST_CONTEXT(each.rate << " bit/s") {
            RetransmissionBudget budget;
            TimePoint now{std::chrono::hours(1)};
            // An outage: all that was sent meanwhile is asked for, again and again.
            const auto sent = [&] {
                size_t count = 0;
                while (budget.take(kPacket, each.rate, now))
                    ++count;
                return count;
            };
            BOOST_TEST(sent() == each.at_once);
            size_t count = 0;
            for (int ms = 0; ms < 10'000; ms += 10) {
                now += milliseconds(10);
                count += sent();
            }
            BOOST_TEST(count >= each.per_second * 10 - 1);
            BOOST_TEST(count <= each.per_second * 10);
            now += std::chrono::hours(1);  // what was not used is not saved
            BOOST_TEST(sent() == each.at_once);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
