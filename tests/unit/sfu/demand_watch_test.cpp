#include "sfu/demand_watch.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace parley::sfu::test {

namespace {

const TimePoint kStart{std::chrono::hours(1)};
constexpr uint16_t kUnwanted = 1;  // in these tables; 0 is any height

Demand demand(uint16_t height) {
    return height == kUnwanted ? Demand{} : Demand{.wanted = true, .height_max = height};
}

std::string words(const Demand& demand) {
    if (!demand.wanted) return "nothing";
    return demand.height_max == 0 ? "any" : std::to_string(demand.height_max);
}

/// From then on each receiver wants this.
struct Wish {
    int at_ms;
    std::vector<uint16_t> heights;
};

std::vector<std::string> told(const std::vector<Wish>& wishes, int end_ms) {
    DemandWatch watch;
    std::vector<Demand> present(4);
    std::vector<std::string> result;
    auto next = wishes.begin();
    for (int at_ms = 0; at_ms <= end_ms; at_ms += 10) {
        for (; next != wishes.end() && next->at_ms <= at_ms; ++next) {
            for (size_t i = 0; i < next->heights.size(); ++i) {
                watch.change(present[i], demand(next->heights[i]));
                present[i] = demand(next->heights[i]);
            }
        }
        if (const auto now = watch.poll(kStart + milliseconds(at_ms)))
            result.push_back(std::to_string(at_ms) + " " + words(*now));
    }
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(demand_watch)

BOOST_AUTO_TEST_CASE(more_is_told_at_once_and_less_after_a_while) {
    struct Case {
        const char* name;
        std::vector<Wish> wishes;
        std::vector<std::string> told;
    };

    const std::vector<Case> cases{
        {"who is alone hears that nobody watches", {}, {"2000 nothing"}},
        {"who has a watcher soon hears nothing", {{500, {0}}}, {}},
        {"who comes is told of at once", {{3'000, {0}}}, {"2000 nothing", "3000 any"}},
        {"the most that any wants counts",
         {{0, {180, 720, kUnwanted}}, {4'000, {180, kUnwanted}}, {8'000, {180, 360, 360}}},
         {"2000 720", "6000 180", "8000 360"}},
        {"any height is more than every number",
         {{0, {180}}, {3'000, {65'535}}, {4'000, {0}}, {5'000, {65'535}}},
         {"2000 180", "3000 65535", "4000 any", "7000 65535"}},
        {"a glance aside is not told",
         {{0, {0}}, {3'000, {kUnwanted}}, {4'900, {0}}, {5'000, {180}}, {6'900, {0}}},
         {}},
        {"of what comes and goes meanwhile the most is told",
         {{0, {720}}, {4'000, {180}}, {5'500, {360}}, {5'600, {180}}},
         {"2000 720", "6000 360", "8010 180"}},
        {"equals count apart",
         {{0, {360, 360}}, {3'000, {kUnwanted, 360}}, {6'000, {kUnwanted, kUnwanted}}},
         {"2000 360", "8000 nothing"}},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            BOOST_TEST(told(each.wishes, 12'000) == each.told, boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
