#include "sfu/loudest_choice.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace parley::sfu::test {

namespace {

const TimePoint kStart{std::chrono::hours(1)};
constexpr uint8_t kQuiet = 75;
constexpr uint8_t kTalk = 30;
constexpr uint8_t kLoud = 18;

struct Scene {
    int duration_ms;
    std::vector<uint8_t> levels;         ///< of each participant; kNone: no packets
    std::vector<std::string> forwarded;  ///< of each: "all", "none", or how many packets are not
};

constexpr uint8_t kNone = 255;

struct Room {
    LoudestChoice choice;
    int at_ms = 0;

    void play(const Scene& scene) {
        std::vector<int> missing(scene.levels.size());
        int packets = 0;
        for (const int end_ms = at_ms + scene.duration_ms; at_ms < end_ms; at_ms += 20, ++packets) {
            for (size_t i = 0; i < scene.levels.size(); ++i) {
                if (scene.levels[i] == kNone) continue;
                const auto now = kStart + milliseconds(at_ms);
                if (!choice.on_packet(i, AudioLevel{scene.levels[i]}, now)) ++missing[i];
            }
        }
        for (size_t i = 0; i < scene.levels.size(); ++i) {
            BOOST_TEST_CONTEXT("participant " << i) {
                const int missed = missing[i];
                BOOST_TEST((missed == 0         ? "all"
                            : missed == packets ? "none"
                                                : std::to_string(missed)) == scene.forwarded[i]);
            }
        }
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(loudest_choice)

BOOST_AUTO_TEST_CASE(words_are_heard_whole_while_there_is_a_place) {
    struct Case {
        const char* name;
        std::vector<Scene> scenes;
    };

    const std::vector<Case> cases{
        {"no more than there are places",
         {{1'000, {kQuiet, kQuiet}, {"all", "all"}},
          {1'000, {kTalk, kQuiet}, {"all", "all"}},
          {1'000, {kTalk, kLoud}, {"all", "all"}}}},
        {"one who begins to speak takes the place of one who is silent",
         {{1'000, {kQuiet, kQuiet, kQuiet}, {"all", "all", "none"}},
          {1'000, {kTalk, kQuiet, kQuiet}, {"all", "all", "none"}},
          {1'000, {kTalk, kQuiet, kTalk}, {"all", "49", "all"}},
          {1'000, {kTalk, kTalk, kTalk}, {"all", "none", "all"}}}},
        {"a pause between words keeps the place, a longer one does not",
         {{1'000, {kTalk, kTalk, kQuiet}, {"all", "all", "none"}},
          {1'400, {kQuiet, kQuiet, kQuiet}, {"all", "all", "none"}},
          {60, {kQuiet, kQuiet, kTalk}, {"all", "all", "none"}},
          {100, {kTalk, kTalk, kQuiet}, {"all", "all", "none"}},
          {1'500, {kQuiet, kTalk, kQuiet}, {"all", "all", "none"}},
          {1'000, {kQuiet, kTalk, kTalk}, {"49", "all", "all"}}}},
        {"one much louder than the quietest who speaks takes its place after a moment",
         {{1'000, {kTalk, kTalk, kQuiet}, {"all", "all", "none"}},
          {1'000, {kTalk, kLoud, kQuiet}, {"all", "all", "none"}},
          {1'000, {kTalk, kLoud, kLoud}, {"42", "all", "7"}}}},
        {"one who sends nothing any more loses the place in time",
         {{1'000, {kTalk, kTalk, kQuiet}, {"all", "all", "none"}},
          {1'000, {kNone, kTalk, kTalk}, {"all", "all", "none"}},
          {1'000, {kNone, kTalk, kTalk}, {"all", "all", "24"}}}},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            Room room{.choice = LoudestChoice(2)};
            for (const auto& scene : each.scenes) {
                BOOST_TEST_CONTEXT("at " << room.at_ms << " ms") {
                    room.play(scene);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_place_is_free_when_its_holder_leaves) {
    LoudestChoice choice(1);
    BOOST_TEST(choice.on_packet(0, AudioLevel{kTalk}, kStart));
    BOOST_TEST(!choice.on_packet(1, AudioLevel{kQuiet}, kStart));
    choice.remove(0);
    BOOST_TEST(choice.on_packet(1, AudioLevel{kQuiet}, kStart));
    choice.remove(LoudestChoice::kParticipantsMax);
    BOOST_TEST(!choice.on_packet(LoudestChoice::kParticipantsMax, AudioLevel{0}, kStart));
}

BOOST_AUTO_TEST_CASE(never_more_than_there_are_places) {
    for (const size_t places : {size_t{0}, size_t{1}, size_t{3}, size_t{16}, size_t{99}}) {
        const size_t most = std::clamp<size_t>(places, 1, LoudestChoice::kPlacesMax);
        LoudestChoice choice(places);
        uint32_t noise = 1;
        for (int at_ms = 0; at_ms < 20'000; at_ms += 20) {
            const auto now = kStart + milliseconds(at_ms);
            for (size_t i = 0; i < 40; ++i) {
                noise = noise * 1'664'525 + 1'013'904'223;
                choice.on_packet(i, AudioLevel{static_cast<uint8_t>((noise >> 20) & 0x7f)}, now);
            }
            size_t holders = 0;
            for (size_t i = 0; i < 40; ++i)
                holders += choice.on_packet(i, AudioLevel{}, now) ? 1 : 0;
            BOOST_REQUIRE(holders == most);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
