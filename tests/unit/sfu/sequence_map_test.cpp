#include "sfu/sequence_map.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <vector>

namespace parley::sfu::test {

namespace {

/// One thing that happens to a map, and what comes of it.
struct Step {
    enum What : uint8_t { place, leave_out, begin } what;

    uint16_t source = 0;
    std::optional<uint16_t> given{};
};

struct Case {
    const char* name;
    uint16_t first;
    std::vector<Step> steps;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sequence_map)

BOOST_AUTO_TEST_CASE(numbers_go_on_whatever_is_left_out) {
    const std::vector<Case> cases{
        {"gaps stay", 10, {{Step::place, 5, 10}, {Step::place, 7, 12}, {Step::place, 6, 11}}},
        {"what is left out leaves none",
         10,
         {{Step::place, 5, 10}, {Step::leave_out, 6}, {Step::place, 7, 11}, {Step::place, 6, {}}}},
        {"late packets get the place of their time",
         10,
         {{Step::place, 5, 10},
          {Step::place, 7, 12},
          {Step::leave_out, 8},
          {Step::leave_out, 9},
          {Step::place, 10, 13},
          {Step::place, 6, 11},
          {Step::place, 6, {}}}},
        {"each number is given once",
         10,
         {{Step::place, 5, 10}, {Step::place, 5, {}}, {Step::place, 6, 11}, {Step::place, 6, {}}}},
        {"a gap before what is left out",
         10,
         {{Step::place, 5, 10}, {Step::leave_out, 7}, {Step::place, 8, 12}, {Step::place, 6, 11}}},
        {"wraps of the source",
         10,
         {{Step::place, 65'534, 10},
          {Step::leave_out, 65'535},
          {Step::place, 0, 11},
          {Step::place, 2, 13},
          {Step::place, 1, 12}}},
        {"wraps of the receiver",
         65'535,
         {{Step::place, 5, 65'535}, {Step::leave_out, 6}, {Step::place, 7, 0}}},
        {"nothing before the first", 10, {{Step::place, 5, 10}, {Step::place, 4, {}}}},
        {"left out before the first", 10, {{Step::leave_out, 5}, {Step::place, 6, 10}}},
        {"another source follows",
         10,
         {{Step::place, 5, 10},
          {Step::leave_out, 6},
          {Step::begin},
          {Step::place, 9'000, 11},
          {Step::place, 8'999, {}},
          {Step::place, 9'001, 12}}},
        {"left out last, another source follows",
         10,
         {{Step::place, 5, 10}, {Step::place, 7, 12}, {Step::begin}, {Step::place, 1, 13}}},
        {"leaving out a late one changes nothing",
         10,
         {{Step::place, 5, 10}, {Step::place, 7, 12}, {Step::leave_out, 6}, {Step::place, 8, 13}}},
        {"a jump further than the history",
         10,
         {{Step::place, 5, 10},
          {Step::leave_out, 6},
          {Step::place, 5'005, 5'009},
          {Step::place, 6, {}},
          {Step::place, 5'004, 5'008}}},
    };
    for (const auto& each : cases) {
        SequenceMap map(each.first);
        for (size_t i = 0; i < each.steps.size(); ++i) {
            const auto& step = each.steps[i];
            BOOST_TEST_CONTEXT(each.name << ", step " << i) {
                if (step.what == Step::begin) map.begin();
                if (step.what == Step::leave_out) map.leave_out(step.source);
                if (step.what == Step::place) BOOST_TEST((map.place(step.source) == step.given));
            }
        }
    }
}

/// Against the plain definition: a packet's number is the first plus how many of those before it
/// were not left out.
BOOST_AUTO_TEST_CASE(a_reordering_source_is_numbered_as_by_the_definition) {
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
        const auto source_first = static_cast<uint16_t>(random());
        std::map<uint32_t, bool> left_out;
        for (uint32_t i = 0; i < 3'000; ++i)
            left_out[i] = i > 0 && random() % 3 == 0;
        SequenceMap map(1'024);
        std::map<uint32_t, uint16_t> expected;
        uint16_t next = 1'024;
        for (const auto& [i, out] : left_out)
            if (!out) expected[i] = next++;
        std::vector<uint32_t> held;
        const auto arrive = [&](uint32_t i) {
            const auto sequence = static_cast<uint16_t>(source_first + i);
            if (left_out[i]) return map.leave_out(sequence);
            const auto given = map.place(sequence);
            BOOST_REQUIRE(given);
            BOOST_REQUIRE_EQUAL(*given, expected[i]);
        };
        for (uint32_t i = 0; i < 3'000; ++i) {
            // Only what is sent may be late: of what is left out late a gap remains.
            if (i > 0 && !left_out[i] && random() % 10 == 0) {
                held.push_back(i);
            } else {
                arrive(i);
            }
            if (held.size() > 20) {
                arrive(held.front());
                held.erase(held.begin());
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
