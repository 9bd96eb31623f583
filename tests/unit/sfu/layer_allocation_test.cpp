#include "sfu/layer_allocation.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <vector>

namespace parley::sfu::test {

namespace {

using Rates = std::array<uint32_t, EncodingRate::kLayersMax>;

constexpr Rates kLow{60'000, 90'000, 150'000};
constexpr Rates kMiddle{200'000, 300'000, 500'000};
constexpr Rates kHigh{1'000'000, 1'500'000, 2'500'000};
const TimePoint kStart{std::chrono::hours(1)};

StreamDemand camera() {
    StreamDemand stream;
    stream.encodings[0] = {.alive = true, .bits_per_second = kLow, .height = 180};
    stream.encodings[1] = {.alive = true, .bits_per_second = kMiddle, .height = 360};
    stream.encodings[2] = {.alive = true, .bits_per_second = kHigh, .height = 720};
    return stream;
}

StreamDemand single(uint32_t bits_per_second) {
    StreamDemand stream;
    stream.encodings[0] = {.alive = true, .bits_per_second = {bits_per_second}};
    return stream;
}

template <class Change>
StreamDemand with(StreamDemand stream, Change change) {
    change(stream);
    return stream;
}

/// "1.2 0.0 -": encoding and temporal layer of each stream, or none.
std::string text(std::span<const LayerChoice> choices) {
    std::string all;
    for (const auto& each : choices) {
        if (!all.empty()) all += ' ';
        all += each.paused
                   ? "-"
                   : std::to_string(each.encoding) + "." + std::to_string(each.temporal_layer);
    }
    return all;
}

uint64_t cost(const StreamDemand& stream, const LayerChoice& choice) {
    if (choice.paused) return 0;
    return stream.encodings[choice.encoding].bits_per_second[choice.temporal_layer];
}

/// One receiver, which is sent what was last chosen.
struct Receiver {
    std::vector<StreamDemand> streams;
    LayerAllocator allocator;
    LayerAllocator::Totals totals{};

    std::string allocate(uint64_t estimate, TimePoint now, bool probed = false) {
        std::vector<LayerChoice> choices(streams.size());
        totals = allocator.allocate(streams, estimate, probed, now, choices);
        for (size_t i = 0; i < streams.size(); ++i)
            streams[i].present = choices[i];
        return text(choices);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(layer_allocation)

BOOST_AUTO_TEST_CASE(bandwidth_is_divided_by_priority_and_in_rounds) {
    struct Case {
        const char* name;
        std::vector<StreamDemand> streams;
        uint64_t estimate;  // with its margin
        std::string choices;
        uint64_t wanted;
    };

    const auto pinned = [](StreamDemand& stream) { stream.pinned = true; };
    const auto speaker = [](StreamDemand& stream) { stream.priority = 1; };
    const auto small = [](StreamDemand& stream) { stream.height_max = 360; };
    const auto tiny = [](StreamDemand& stream) { stream.height_max = 90; };
    const auto nameless = [](StreamDemand& stream) {
        stream.height_max = 200;
        for (auto& each : stream.encodings)
            each.height = 0;
    };
    const auto headless = [](StreamDemand& stream) { stream.encodings[0].alive = false; };
    const auto gone = [](StreamDemand& stream) { stream.encodings = {}; };
    const auto unmeasured = [](StreamDemand& stream) {
        stream.encodings[0].bits_per_second = {};
        stream.encodings[2].bits_per_second = {};
    };
    const auto still = [](StreamDemand& stream) {  // a picture that does not move
        stream.encodings[2].bits_per_second = {50'000, 70'000, 80'000};
    };
    const auto one_layer = [](StreamDemand& stream) {
        for (auto& each : stream.encodings)
            each.bits_per_second = {each.bits_per_second[2], each.bits_per_second[2]};
    };
    const uint64_t kOne = 2'500'000;
    const std::vector<Case> cases{
        {"nobody", {}, 1'000'000, "", 0},
        {"less than the lowest", {camera()}, 59'999, "-", kOne},
        {"the lowest", {camera()}, 60'000, "0.0", kOne},
        {"a temporal layer", {camera()}, 90'000, "0.1", kOne},
        {"not yet another encoding", {camera()}, 199'999, "0.2", kOne},
        {"not one with a quarter of the frames", {camera()}, 299'999, "0.2", kOne},
        {"another encoding", {camera()}, 300'000, "1.1", kOne},
        {"all", {camera()}, 2'500'000, "2.2", kOne},
        {"more than all", {camera()}, 99'000'000, "2.2", kOne},
        {"the first of two", {camera(), camera()}, 119'999, "0.1 -", 2 * kOne},
        {"both", {camera(), camera()}, 120'000, "0.0 0.0", 2 * kOne},
        {"a round", {camera(), camera()}, 180'000, "0.1 0.1", 2 * kOne},
        {"part of a round", {camera(), camera()}, 239'999, "0.1 0.1", 2 * kOne},
        {"the next part", {camera(), camera()}, 240'000, "0.2 0.1", 2 * kOne},
        {"many", {camera(), camera(), camera()}, 1'000'000, "1.1 1.1 1.1", 3 * kOne},
        {"nothing for a pinned one", {camera(), with(camera(), pinned)}, 0, "- 0.0", 2 * kOne},
        {"the pinned one first", {camera(), with(camera(), pinned)}, 119'999, "- 0.1", 2 * kOne},
        {"what the speaker leaves",
         {camera(), with(camera(), speaker)},
         2'560'000,
         "0.0 2.2",
         2 * kOne},
        {"the lowest of all before more for one",
         {camera(), with(camera(), speaker)},
         150'000,
         "0.0 0.1",
         2 * kOne},
        {"a pinned one before the speaker",
         {with(camera(), speaker), with(camera(), pinned), camera()},
         700'000,
         "0.1 1.2 0.1",
         3 * kOne},
        {"no more than is wished", {with(camera(), small)}, 99'000'000, "1.2", 500'000},
        {"the lowest though it be higher", {with(camera(), tiny)}, 99'000'000, "0.2", 150'000},
        {"heights that nobody knows", {with(camera(), nameless)}, 99'000'000, "2.2", kOne},
        {"an encoding that is not sent", {with(camera(), headless)}, 210'000, "1.0", kOne},
        {"its like, too high for the wish",
         {with(with(camera(), headless), tiny)},
         99'000'000,
         "1.2",
         500'000},
        {"a stream that is not sent", {with(camera(), gone), camera()}, 90'000, "- 0.1", kOne},
        {"encodings not yet measured", {with(camera(), unmeasured)}, 99'000'000, "1.2", 500'000},
        {"nothing measured", {single(0)}, 0, "0.0", 0},
        {"better for less", {with(camera(), still)}, 80'000, "2.2", 80'000},
        {"no gain in a layer", {with(camera(), one_layer)}, 500'000, "1.1", kOne},
        {"no simulcast", {single(800'000), single(700'000)}, 1'499'999, "0.0 -", 1'500'000},
        {"what is too much leaves room for less",
         {single(800'000), single(700'000)},
         799'999,
         "- 0.0",
         1'500'000},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            Receiver receiver{.streams = each.streams, .allocator = {}};
            const uint64_t estimate =
                each.estimate * LayerAllocator::kMarginPercent / 100 +
                (each.estimate * LayerAllocator::kMarginPercent % 100 == 0 ? 0 : 1);
            BOOST_TEST(receiver.allocate(estimate, kStart, true) == each.choices);
            BOOST_TEST(receiver.totals.wanted == each.wanted);
        }
    }
}

BOOST_AUTO_TEST_CASE(more_takes_a_margin_and_a_while_and_less_does_not) {
    struct Case {
        int at_ms;
        uint64_t estimate;
        bool probed;
        std::string choices;
    };

    const std::vector<Case> cases{
        {0, 1'000'000, false, "0.0"},  // begins at once, with the lowest
        {900, 1'000'000, false, "0.0"},
        {1'000, 1'000'000, false, "1.2"},
        {1'100, 500'000, false, "1.2"},  // what is sent may be kept without a margin
        {1'200, 499'999, false, "1.1"},  // but not a bit less
        {1'300, 574'999, false, "1.1"},
        {9'000, 574'999, false, "1.1"},
        {9'100, 575'000, false, "1.1"},
        {10'000, 575'000, false, "1.1"},
        {10'100, 575'000, false, "1.2"},
        {32'000, 9'000'000, true, "2.2"},  // confirmed: no waiting
        {32'100, 20'000, false, "-"},
        {60'000, 9'000'000, false, "0.0"},
        {60'500, 100'000, false, "0.0"},  // not for long enough
        {60'600, 9'000'000, false, "0.0"},
        {61'500, 9'000'000, false, "0.0"},
        {61'600, 9'000'000, false, "2.2"},
    };
    Receiver receiver{.streams = {camera()}, .allocator = {}};
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT("at " << each.at_ms << " ms") {
            BOOST_TEST(receiver.allocate(each.estimate, kStart + milliseconds(each.at_ms),
                                         each.probed) == each.choices);
        }
    }
}

BOOST_AUTO_TEST_CASE(who_matters_more_gets_it_at_once_out_of_what_is_sent) {
    Receiver receiver{.streams = {camera(), camera()}, .allocator = {}};
    receiver.streams[0].priority = 1;
    BOOST_TEST(receiver.allocate(650'000, kStart, true) == "1.2 0.0");
    std::swap(receiver.streams[0].priority, receiver.streams[1].priority);
    BOOST_TEST(receiver.allocate(650'000, kStart + milliseconds(100)) == "0.0 1.2");
    receiver.streams.push_back(camera());  // who comes later has no less than its equals
    receiver.streams[1].priority = receiver.streams[0].priority;
    BOOST_TEST(receiver.allocate(900'000, kStart + milliseconds(200)) == "0.2 0.2 0.2");
    BOOST_TEST(receiver.allocate(900'000, kStart + milliseconds(300)) == "0.2 0.2 0.2");
}

BOOST_AUTO_TEST_CASE(who_begins_to_speak_takes_the_place_of_who_does_not) {
    Receiver receiver{.streams = {camera(), camera(), camera()}, .allocator = {}};
    BOOST_TEST(receiver.allocate(140'000, kStart) == "0.0 0.0 -");
    receiver.streams[2].priority = 1;
    BOOST_TEST(receiver.allocate(140'000, kStart + milliseconds(100)) == "0.0 - 0.0");
    receiver.streams[0].pinned = true;
    receiver.streams[1].pinned = true;
    BOOST_TEST(receiver.allocate(140'000, kStart + milliseconds(200)) == "0.0 0.0 -");
}

BOOST_AUTO_TEST_CASE(equals_do_not_take_a_step_from_each_other) {
    Receiver receiver{.streams = {camera(), camera()}, .allocator = {}};
    receiver.streams[0].present = {.paused = false, .encoding = 0, .temporal_layer = 1};
    receiver.streams[1].present = {.paused = false, .encoding = 0, .temporal_layer = 2};
    BOOST_TEST(receiver.allocate(250'000, kStart, true) == "0.1 0.2");
    receiver.streams[0].present = {.paused = false, .encoding = 0, .temporal_layer = 2};
    receiver.streams[1].present = {.paused = false, .encoding = 1, .temporal_layer = 1};
    BOOST_TEST(receiver.allocate(450'000, kStart + milliseconds(100)) == "0.2 1.1");
    receiver.streams[0].present = {.paused = false, .encoding = 0, .temporal_layer = 0};
    BOOST_TEST(receiver.allocate(370'000, kStart + milliseconds(200)) == "0.2 0.2");
}

BOOST_AUTO_TEST_CASE(an_encoding_that_ends_is_replaced_at_once) {
    Receiver receiver{.streams = {camera()}, .allocator = {}};
    BOOST_TEST(receiver.allocate(9'000'000, kStart, true) == "2.2");
    receiver.streams[0].encodings[2].alive = false;
    BOOST_TEST(receiver.allocate(9'000'000, kStart + milliseconds(100)) == "1.2");
    receiver.streams[0].height_max = 180;
    BOOST_TEST(receiver.allocate(9'000'000, kStart + milliseconds(200)) == "0.2");
    receiver.streams[0].encodings[0].alive = false;  // the wish cannot be met
    BOOST_TEST(receiver.allocate(9'000'000, kStart + milliseconds(300)) == "1.0");
    receiver.streams[0].encodings[1].alive = false;
    BOOST_TEST(receiver.allocate(9'000'000, kStart + milliseconds(400)) == "-");
}

/// A link that bears so much, seen by an estimate that believes in twice what passes, or what is
/// probed for, until it has tried; rates are measured with some noise.
struct Link {
    uint64_t capacity;
    Receiver receiver{.streams = {camera(), camera()}, .allocator = {}};
    std::mt19937 random{7};
    uint64_t estimate = 300'000;
    int at_ms = 0;
    int changes = 0;
    uint64_t sent = 0;
    std::string last{};

    void step() {
        std::uniform_real_distribution<double> noise(0.95, 1.05);
        for (auto& stream : receiver.streams) {
            for (size_t i = 0; i < 3; ++i) {
                const double factor = noise(random);
                auto rates = camera().encodings[i].bits_per_second;
                for (auto& rate : rates)
                    rate = static_cast<uint32_t>(rate * factor);
                stream.encodings[i].bits_per_second = rates;
            }
        }
        const auto choices = receiver.allocate(estimate, kStart + milliseconds(at_ms));
        sent = receiver.totals.chosen;
        if (sent > capacity) {
            estimate = capacity * 85 / 100;
        } else {
            const uint64_t tried = std::max(sent * 2, receiver.totals.next);
            estimate = std::min(estimate + estimate / 50, std::max(tried, estimate));
        }
        if (choices != last) ++changes;
        last = choices;
        at_ms += 200;
    }
};

BOOST_AUTO_TEST_CASE(a_link_that_bears_no_more_is_tried_ever_more_seldom) {
    for (const uint64_t capacity :
         {100'000U, 250'000U, 420'000U, 700'000U, 1'300'000U, 3'200'000U}) {
        BOOST_TEST_CONTEXT(capacity << " bit/s") {
            Link link{.capacity = capacity};
            uint64_t used = 0;
            while (link.at_ms < 600'000) {
                link.step();
                used += std::min(link.sent, capacity);
            }
            BOOST_TEST(link.changes < 60);
            BOOST_TEST(used / 3'000 > capacity * 7 / 10);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_link_that_gets_better_is_used_before_long) {
    Link link{.capacity = 420'000};
    while (link.at_ms < 300'000)
        link.step();
    link.capacity = 9'000'000;
    const int better_ms = link.at_ms;
    while (link.last != "2.2 2.2" && link.at_ms < better_ms + 120'000)
        link.step();
    BOOST_TEST(link.last == "2.2 2.2");
}

BOOST_AUTO_TEST_CASE(probing_is_asked_for_what_comes_next_but_not_while_held_back) {
    Receiver receiver{.streams = {camera()}, .allocator = {}};
    receiver.allocate(70'000, kStart, true);
    BOOST_TEST(receiver.totals.chosen == 60'000u);
    BOOST_TEST(receiver.totals.wanted == 2'500'000u);
    const uint64_t next = receiver.totals.next;
    BOOST_TEST(receiver.allocate(next - 1, kStart + milliseconds(100), true) == "0.0");
    BOOST_TEST(receiver.allocate(next, kStart + milliseconds(200), true) == "0.1");
    BOOST_TEST(receiver.allocate(80'000, kStart + milliseconds(300)) == "0.0");
    BOOST_TEST(receiver.totals.next == 0u);
    BOOST_TEST(receiver.allocate(9'000'000, kStart + milliseconds(400), true) == "0.0");
    const auto later = kStart + milliseconds(300) + LayerAllocator::kBackOffMin;
    BOOST_TEST(receiver.allocate(80'000, later) == "0.0");
    BOOST_TEST(receiver.totals.next == next);
    BOOST_TEST(receiver.allocate(9'000'000, later, true) == "2.2");
    BOOST_TEST(receiver.totals.next == 0u);
}

BOOST_AUTO_TEST_CASE(noise_about_a_threshold_changes_nothing) {
    std::mt19937 random(11);
    std::uniform_int_distribution<uint64_t> estimate(505'000, 570'000);
    Receiver receiver{.streams = {camera()}, .allocator = {}};
    BOOST_TEST(receiver.allocate(600'000, kStart, true) == "1.2");
    for (int at_ms = 100; at_ms < 60'000; at_ms += 100) {
        BOOST_REQUIRE(receiver.allocate(estimate(random), kStart + milliseconds(at_ms)) == "1.2");
    }
    receiver.allocate(490'000, kStart + milliseconds(60'000));
    for (int at_ms = 60'100; at_ms < 120'000; at_ms += 100) {
        BOOST_REQUIRE(receiver.allocate(estimate(random), kStart + milliseconds(at_ms)) == "1.1");
    }
}

StreamDemand random_stream(std::mt19937& random) {
    StreamDemand stream;
    for (auto& encoding : stream.encodings) {
        encoding.alive = random() % 4 != 0;
        encoding.height = static_cast<uint16_t>(random() % 4 * 180);
        uint32_t sum = 0;
        for (auto& layer : encoding.bits_per_second)
            layer = sum += static_cast<uint32_t>(random() % 3 * (random() % 400'000));
    }
    stream.height_max = static_cast<uint16_t>(random() % 3 * 240);
    stream.pinned = random() % 16 == 0;
    stream.priority = static_cast<uint8_t>(random() % 3);
    return stream;
}

BOOST_AUTO_TEST_CASE(whatever_the_streams_the_estimate_and_the_wishes_hold) {
    std::mt19937 random(3);
    for (int round = 0; round < 300; ++round) {
        Receiver receiver;
        Receiver twin;
        for (size_t i = random() % (LayerAllocator::kStreamsMax + 4); i > 0; --i)
            receiver.streams.push_back(random_stream(random));
        twin.streams = receiver.streams;
        for (int at_ms = 0; at_ms < 5'000; at_ms += 500) {
            if (!receiver.streams.empty()) {
                const size_t changed = random() % receiver.streams.size();
                const auto present = receiver.streams[changed].present;
                receiver.streams[changed] = random_stream(random);
                receiver.streams[changed].present = present;
                twin.streams[changed] = receiver.streams[changed];
            }
            const uint64_t estimate = random() % 20'000'000;
            const bool probed = random() % 2 == 0;
            const auto now = kStart + milliseconds(at_ms);
            const auto choices = receiver.allocate(estimate, now, probed);
            BOOST_REQUIRE(choices == twin.allocate(estimate, now, probed));
            uint64_t total = 0;
            uint64_t pinned = 0;
            for (size_t i = 0; i < receiver.streams.size(); ++i) {
                const auto& stream = receiver.streams[i];
                const auto& choice = stream.present;
                total += cost(stream, choice);
                if (stream.pinned) pinned += cost(stream, choice);
                if (choice.paused) continue;
                BOOST_REQUIRE(i < LayerAllocator::kStreamsMax);
                const auto& encoding = stream.encodings[choice.encoding];
                BOOST_REQUIRE(encoding.alive);
                const bool lowest = std::none_of(
                    stream.encodings.begin(), stream.encodings.begin() + choice.encoding,
                    [](const EncodingRate& each) { return each.alive; });
                BOOST_REQUIRE(
                    (lowest || stream.height_max == 0 || encoding.height <= stream.height_max));
            }
            BOOST_REQUIRE(total == receiver.totals.chosen);
            BOOST_REQUIRE((total <= estimate || total == pinned));
            BOOST_REQUIRE(total <= receiver.totals.wanted);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
