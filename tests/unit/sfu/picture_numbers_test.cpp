#include "sfu/picture_numbers.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

namespace parley::sfu::test {

namespace {

enum Step { forward, forward_switched, leave_out };

struct PictureCase {
    Step step;
    PictureNumbers source;
    std::optional<PictureNumbers> sent;
};

void play(const std::vector<PictureCase>& cases, bool wide) {
    PictureContinuity continuity;
    for (size_t i = 0; i < cases.size(); ++i) {
        BOOST_TEST_CONTEXT("picture " << i) {
            const auto& each = cases[i];
            if (each.step == leave_out) {
                continuity.leave_out(each.source, wide);
            } else {
                BOOST_TEST((continuity.place(each.source, wide, each.step == forward_switched) ==
                            each.sent));
            }
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(picture_numbers)

BOOST_AUTO_TEST_CASE(another_encoding_goes_on_where_the_last_ended) {
    play(
        {
            {forward_switched, {0x7ffe, 254}, {{0x7ffe, 254}}},
            {forward, {0x7fff, 255}, {{0x7fff, 255}}},
            {forward, {0, 0}, {{0, 0}}},
            {forward_switched, {500, 80}, {{1, 1}}},
            {forward, {500, 80}, {{1, 1}}},  // another packet of the same picture
            {forward, {499, 79}, std::nullopt},
            {forward, {503, 81}, {{4, 2}}},  // two are missing
            {forward, {501, 80}, {{2, 1}}},  // one comes late
            {forward_switched, {9, 200}, {{5, 3}}},
        },
        true);
}

BOOST_AUTO_TEST_CASE(what_is_left_out_leaves_no_gap) {
    play(
        {
            {leave_out, {9, 1}, std::nullopt},  // before the first
            {forward, {10, 1}, {{10, 1}}},
            {leave_out, {11, 1}, std::nullopt},
            {leave_out, {11, 1}, std::nullopt},
            {forward, {12, 1}, {{11, 1}}},
            {forward, {11, 1}, std::nullopt},  // nobody gets half of it
            {leave_out, {14, 1}, std::nullopt},
            {forward, {15, 2}, {{13, 2}}},
            {forward, {13, 1}, {{12, 1}}},
            {leave_out, {12, 1}, std::nullopt},  // too late for that
            {forward, {12, 1}, {{11, 1}}},
        },
        true);
}

BOOST_AUTO_TEST_CASE(seven_bits_wrap_too) {
    play(
        {
            {forward, {126, 0}, {{126, 0}}},
            {leave_out, {127, 0}, std::nullopt},
            {forward, {0, 0}, {{127, 0}}},
            {forward, {1, 0}, {{128, 0}}},  // written in 7 bits: 0
            {forward, {126, 0}, {{126, 0}}},
        },
        false);
}

BOOST_AUTO_TEST_CASE(wide_gaps_and_jumps_back_are_survived) {
    play(
        {
            {forward, {100, 7}, {{100, 7}}},
            {forward, {1'100, 90}, {{1'100, 90}}},
            {forward, {1'037, 90}, {{1'037, 90}}},
            {forward, {1'036, 88}, {{1'101, 91}}},  // a source that began anew
            {forward, {1'037, 88}, {{1'102, 91}}},
        },
        true);
}

BOOST_AUTO_TEST_CASE(numbers_stay_continuous_over_many_wraps) {
    PictureContinuity continuity;
    uint16_t expected = 3;
    for (uint32_t picture = 3; picture < 200'000; ++picture) {
        const PictureNumbers source{static_cast<uint16_t>(picture & 0x7fff),
                                    static_cast<uint8_t>(picture)};
        if (picture % 2 == 0) {
            continuity.leave_out(source, true);
            continue;
        }
        const auto sent = continuity.place(source, true, false);
        BOOST_REQUIRE(sent);
        BOOST_REQUIRE(sent->picture_id == expected);
        BOOST_REQUIRE(sent->tl0_picture_index == source.tl0_picture_index);
        expected = static_cast<uint16_t>((expected + 1) & 0x7fff);
    }
}

BOOST_AUTO_TEST_CASE(frame_numbers_go_on_with_their_gaps) {
    struct Case {
        bool switched;
        uint16_t source;
        std::optional<uint16_t> sent;
    };

    const std::vector<Case> cases{
        {false, 65'534, 65'534}, {false, 65'533, std::nullopt},
        {false, 1, 1},           {false, 65'535, 65'535},
        {true, 30'000, 2},       {false, 29'999, std::nullopt},
        {false, 30'000, 2},      {false, 30'004, 6},
        {false, 30'002, 4},      {false, 29'700, 7},  // a source that began anew
        {false, 29'701, 8},      {true, 0, 9},
    };
    FrameNumberContinuity continuity;
    for (size_t i = 0; i < cases.size(); ++i) {
        BOOST_TEST_CONTEXT("frame " << i) {
            BOOST_TEST((continuity.place(cases[i].source, cases[i].switched) == cases[i].sent));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
