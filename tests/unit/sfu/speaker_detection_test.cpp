#include "sfu/speaker_detection.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <vector>

namespace parley::sfu::test {

namespace {

const TimePoint kStart{std::chrono::hours(1)};

/// What each participant's audio is like for a while.
enum class Sound : uint8_t { none, quiet, talk, loud_talk, noise, clicks };

/// Twenty milliseconds of it.
std::optional<AudioLevel> packet_of(Sound sound, int at_ms, std::mt19937& random) {
    const auto about = [&](int level) {
        return AudioLevel{static_cast<uint8_t>(level + static_cast<int>(random() % 7) - 3)};
    };
    switch (sound) {
        case Sound::none:
            return std::nullopt;
        case Sound::quiet:
            return about(75);
        // Words of 400 ms with 40 ms between them.
        case Sound::talk:
            return at_ms % 440 < 400 ? about(32) : about(65);
        case Sound::loud_talk:
            return at_ms % 440 < 400 ? about(20) : about(65);
        case Sound::noise:
            return about(42);
        case Sound::clicks:
            return at_ms % 140 == 0 ? about(20) : about(75);
    }
    return std::nullopt;
}

struct Scene {
    int duration_ms;
    std::vector<Sound> sounds;
    std::string dominant;    ///< who became it, in order
    int within_ms = 10'000;  ///< of the last change
};

struct Room {
    SpeakerDetection detection;
    std::mt19937 random{5};
    int at_ms = 0;
    int changed_ms = 0;  ///< within the scene

    std::string play(const Scene& scene) {
        std::string dominant;
        const int begin_ms = at_ms;
        for (; at_ms < begin_ms + scene.duration_ms; at_ms += 20) {
            for (size_t i = 0; i < scene.sounds.size(); ++i) {
                if (const auto level = packet_of(scene.sounds[i], at_ms, random)) {
                    detection.on_level(i, *level);
                }
            }
            if (!detection.poll(kStart + milliseconds(at_ms))) continue;
            const auto who = detection.dominant();
            dominant += who ? static_cast<char>('A' + *who) : '-';
            changed_ms = at_ms - begin_ms;
        }
        return dominant;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(speaker_detection)

BOOST_AUTO_TEST_CASE(who_speaks_becomes_dominant_and_who_coughs_does_not) {
    using enum Sound;

    struct Case {
        const char* name;
        std::vector<Scene> scenes;
    };

    const std::vector<Case> cases{
        {"silence", {{5'000, {quiet, quiet, none}, ""}}},
        {"the first to speak",
         {{1'000, {quiet, quiet, quiet}, ""}, {2'000, {quiet, talk, quiet}, "B", 600}}},
        {"a cough",
         {{1'000, {quiet, quiet}, ""},
          {3'000, {talk, quiet}, "A"},
          {400, {talk, loud_talk}, ""},
          {3'000, {talk, quiet}, ""}}},
        {"a cough while the speaker pauses",
         {{1'000, {quiet, quiet}, ""},
          {3'000, {talk, quiet}, "A"},
          {600, {quiet, quiet}, ""},
          {300, {quiet, loud_talk}, ""},
          {3'000, {quiet, quiet}, ""}}},
        {"a yes now and then",
         {{1'000, {quiet, quiet}, ""},
          {3'000, {talk, quiet}, "A"},
          {400, {talk, talk}, ""},
          {2'000, {talk, quiet}, ""},
          {500, {talk, talk}, ""},
          {2'000, {talk, quiet}, ""}}},
        {"a sustained talker",
         {{1'000, {quiet, quiet}, ""},
          {3'000, {talk, quiet}, "A"},
          {3'000, {quiet, talk}, "B", 1'000}}},
        {"one who answers before the other has ended",
         {{1'000, {quiet, quiet}, ""},
          {3'000, {talk, quiet}, "A"},
          {800, {talk, talk}, ""},
          {3'000, {quiet, talk}, "B", 700}}},
        {"alternating talkers",
         {{1'000, {quiet, quiet, quiet}, ""},
          {2'500, {talk, quiet, quiet}, "A"},
          {2'500, {quiet, talk, quiet}, "B", 1'000},
          {2'500, {quiet, quiet, talk}, "C", 1'000},
          {2'500, {talk, quiet, quiet}, "A", 1'000}}},
        {"both at once",
         {{1'000, {quiet, quiet}, ""}, {3'000, {talk, quiet}, "A"}, {10'000, {talk, talk}, ""}}},
        {"one much louder",
         {{1'000, {quiet, quiet}, ""},
          {3'000, {talk, quiet}, "A"},
          {5'000, {talk, loud_talk}, "B", 2'500},
          {10'000, {talk, loud_talk}, ""}}},
        {"silence keeps the last",
         {{1'000, {quiet, quiet}, ""},
          {3'000, {talk, quiet}, "A"},
          {30'000, {quiet, quiet}, ""},
          {30'000, {none, none}, ""}}},
        {"noise from the beginning",
         {{5'000, {noise, quiet}, ""},
          {2'000, {noise, talk}, "B", 700},
          {5'000, {noise, quiet}, ""}}},
        {"clicks",
         {{1'000, {quiet, quiet}, ""}, {5'000, {clicks, quiet}, ""}, {2'000, {clicks, talk}, "B"}}},
        {"a speaker whose silence is not sent",
         {{1'000, {none, none}, ""},
          {2'000, {talk, none}, "A"},
          {3'000, {none, none}, ""},
          {2'000, {none, talk}, "B", 1'100}}},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            Room room;
            for (size_t i = 0; i < each.scenes.front().sounds.size(); ++i)
                room.detection.add(i);
            for (const auto& scene : each.scenes) {
                BOOST_TEST_CONTEXT("at " << room.at_ms << " ms") {
                    BOOST_TEST(room.play(scene) == scene.dominant);
                    if (!scene.dominant.empty()) BOOST_TEST(room.changed_ms <= scene.within_ms);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(noise_that_begins_is_soon_known_for_noise) {
    using enum Sound;
    Room room;
    room.detection.add(0);
    room.detection.add(1);
    room.play({1'000, {quiet, quiet}, ""});
    room.play({10'000, {quiet, noise}, ""});
    BOOST_TEST(room.play({2'000, {talk, noise}, ""}) == "A");
    BOOST_TEST(room.play({20'000, {quiet, noise}, ""}) == "");
}

BOOST_AUTO_TEST_CASE(a_speaker_who_leaves_is_told_and_replaced) {
    using enum Sound;
    Room room;
    room.detection.add(0);
    room.detection.add(1);
    room.play({1'000, {quiet, quiet}, ""});
    BOOST_TEST(room.play({2'000, {talk, quiet}, ""}) == "A");
    room.detection.remove(0);
    BOOST_TEST(!room.detection.dominant());
    BOOST_TEST(room.play({1'000, {talk, quiet}, ""}) == "-");
    BOOST_TEST(room.play({1'000, {none, talk}, ""}) == "B");
    room.detection.add(0);
    BOOST_TEST(room.play({1'000, {quiet, quiet}, ""}) == "");
    BOOST_TEST(room.play({2'000, {talk, quiet}, ""}) == "A");
}

BOOST_AUTO_TEST_CASE(the_latest_speakers_come_first) {
    using enum Sound;
    Room room;
    const auto order = [&] {
        std::string all;
        for (const uint16_t each : room.detection.by_recency())
            all += static_cast<char>('A' + each);
        return all;
    };
    for (const size_t each : {3U, 0U, 1U, 2U, 0U})
        room.detection.add(each);
    BOOST_TEST(order() == "DABC");
    room.play({1'000, {quiet, quiet, quiet, quiet}, ""});
    room.play({2'000, {quiet, talk, quiet, quiet}, ""});
    BOOST_TEST(order() == "BDAC");
    room.play({2'000, {quiet, quiet, talk, quiet}, ""});
    BOOST_TEST(order() == "CBDA");
    room.play({2'000, {quiet, talk, quiet, quiet}, ""});
    BOOST_TEST(order() == "BCDA");
    room.detection.remove(2);
    room.detection.remove(2);
    room.detection.remove(7);
    BOOST_TEST(order() == "BDA");
    room.detection.add(SpeakerDetection::kParticipantsMax);
    room.detection.on_level(SpeakerDetection::kParticipantsMax, {});
    BOOST_TEST(order() == "BDA");
}

BOOST_AUTO_TEST_CASE(a_late_poll_misses_nothing) {
    using enum Sound;
    SpeakerDetection detection;
    std::mt19937 random(5);
    detection.add(0);
    int became_ms = 0;
    for (int at_ms = 0; at_ms < 3'000; at_ms += 20) {
        detection.on_level(0, *packet_of(at_ms < 1'000 ? quiet : talk, at_ms, random));
        if (at_ms % 300 == 0 && detection.poll(kStart + milliseconds(at_ms))) became_ms = at_ms;
    }
    BOOST_TEST(became_ms >= 1'200);
    BOOST_TEST(became_ms <= 1'800);
}

BOOST_AUTO_TEST_CASE(levels_are_read) {
    struct Case {
        std::vector<uint8_t> value;
        int level;  // -1: none
    };

    const std::vector<Case> cases{
        {{}, -1}, {{0x00}, 0}, {{0x80}, 0}, {{0x7f}, 127}, {{0xff}, 127}, {{0xa5, 0x00}, 0x25},
    };
    for (const auto& each : cases) {
        const auto level = AudioLevel::parse(each.value);
        BOOST_REQUIRE(level.has_value() == (each.level >= 0));
        if (level) BOOST_TEST(level->level == each.level);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
