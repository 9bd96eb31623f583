#include "sfu/transport_feedback.hpp"

#include <boost/test/unit_test.hpp>
#include <initializer_list>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace parley::sfu::test {

namespace {

const TimePoint kStart{std::chrono::hours(1)};

/// A message body: two SSRCs, then what is given.
std::vector<uint8_t> body_of(std::initializer_list<int> octets) {
    std::vector<uint8_t> body{0, 0, 0, 1, 0, 0, 0, 2};
    for (const int octet : octets)
        body.push_back(static_cast<uint8_t>(octet));
    return body;
}

RtcpPacket packet_of(std::span<const uint8_t> body) {
    return {.type = RtcpType::transport_feedback, .count = 15, .body = body};
}

std::vector<TransportFeedbackReader::Status> walk(TransportFeedbackReader reader) {
    std::vector<TransportFeedbackReader::Status> statuses;
    while (const auto status = reader.next())
        statuses.push_back(*status);
    return statuses;
}

/// Milliseconds of arrival, or -1, of each packet from `base` on.
std::string described(const std::vector<TransportFeedbackReader::Status>& statuses) {
    std::string text;
    for (const auto& status : statuses) {
        if (!text.empty()) text += ' ';
        text += std::to_string(status.sequence) + ':';
        text += status.arrival ? std::to_string(status.arrival->count()) : "-";
    }
    return text;
}

/// What one call of write says.
std::vector<TransportFeedbackReader::Status> written(TransportFeedbackGenerator& generator,
                                                     TimePoint now) {
    RtcpWriter writer;
    if (!generator.write(writer, 1, 2, now)) return {};
    RtcpReader packets(writer.bytes());
    const auto packet = packets.next();
    BOOST_REQUIRE(packet);
    BOOST_TEST(!packets.next());
    BOOST_TEST(!packets.malformed());
    BOOST_TEST((packet->media_ssrc() == 2U));
    const auto reader = TransportFeedbackReader::parse(*packet);
    BOOST_REQUIRE(reader);
    return walk(*reader);
}

std::string sequences(const std::vector<TransportFeedbackReader::Status>& statuses) {
    std::string text;
    for (const auto& status : statuses) {
        if (!text.empty()) text += ' ';
        text += (status.arrival ? "" : "-") + std::to_string(status.sequence);
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transport_feedback_reader)

BOOST_AUTO_TEST_CASE(every_kind_of_chunk_and_delta) {
    struct Case {
        const char* name;
        std::vector<uint8_t> body;
        const char* statuses;  ///< sequence:microseconds
    };

    const std::vector<Case> cases{
        {"a run of small deltas", body_of({0, 5, 0, 2, 0, 0, 1, 0, 0x20, 2, 4, 8}),
         "5:65000 6:67000"},
        {"a run of losses between", body_of({0, 5, 0, 4, 0, 0, 1, 0, 0x20, 1, 0, 2, 0x20, 1, 0, 4}),
         "5:64000 6:- 7:- 8:65000"},
        {"one-bit symbols, more than packets",
         body_of({0, 5, 0, 3, 0, 0, 0, 0, 0x80 | 0x28, 0, 1, 2}), "5:250 6:- 7:750"},
        {"two-bit symbols with a large and a negative delta",
         body_of({0, 5, 0, 4, 0, 0, 1, 0, 0xc0 | 0x18, 0x80 | 0x10, 1, 1, 0x00, 0xff, 0xff}),
         "5:64250 6:128250 7:- 8:128000"},
        {"a negative delta", body_of({0, 5, 0, 2, 0, 0, 1, 0, 0xc0 | 0x18, 0, 8, 0xff, 0xfc}),
         "5:66000 6:65000"},
        {"sequence numbers wrap", body_of({0xff, 0xff, 0, 2, 0, 0, 0, 0, 0x20, 2, 0, 0}),
         "65535:0 0:0"},
        {"a run longer than the count", body_of({0, 5, 0, 1, 0, 0, 0, 0, 0x3f, 0xff, 0}), "5:0"},
        {"a time before the reference wraps",
         body_of({0, 5, 0, 1, 0, 0, 0, 0, 0x40, 1, 0xff, 0xff}), "5:1073741823750"},
        {"a time behind the last reference wraps",
         body_of({0, 5, 0, 1, 0xff, 0xff, 0xff, 0, 0x40, 1, 1, 0}), "5:0"},
        {"nothing received", body_of({0, 5, 0, 2, 0, 0, 0, 0, 0, 2}), "5:- 6:-"},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto reader = TransportFeedbackReader::parse(packet_of(each.body));
            BOOST_REQUIRE(reader);
            BOOST_TEST(described(walk(*reader)) == each.statuses);
        }
    }
}

BOOST_AUTO_TEST_CASE(header_fields) {
    const auto body = body_of({0xab, 0xcd, 0, 1, 0, 0, 0, 200, 0x20, 1, 0});
    const auto reader = TransportFeedbackReader::parse(packet_of(body));
    BOOST_REQUIRE(reader);
    BOOST_TEST(reader->base_sequence() == 0xabcd);
    BOOST_TEST(reader->status_count() == 1);
    BOOST_TEST(reader->feedback_count() == 200);
}

BOOST_AUTO_TEST_CASE(hostile_messages_are_refused_as_a_whole) {
    struct Case {
        const char* name;
        std::vector<uint8_t> body;
    };

    const std::vector<Case> cases{
        {"no header", body_of({0, 5, 0, 1, 0, 0, 0})},
        {"no status", body_of({0, 5, 0, 0, 0, 0, 0, 0, 0x20, 1, 0})},
        {"no chunk", body_of({0, 5, 0, 1, 0, 0, 0, 0})},
        {"half a chunk", body_of({0, 5, 0, 1, 0, 0, 0, 0, 0x20})},
        {"fewer symbols than packets", body_of({0, 5, 0, 3, 0, 0, 0, 0, 0x20, 2})},
        {"65535 packets in one chunk", body_of({0, 5, 0xff, 0xff, 0, 0, 0, 0, 0x1f, 0xff})},
        {"an empty run", body_of({0, 5, 0, 1, 0, 0, 0, 0, 0x20, 0, 0x20, 1, 0})},
        {"a reserved symbol in a run", body_of({0, 5, 0, 1, 0, 0, 0, 0, 0x60, 1, 0, 0})},
        {"a reserved symbol in a vector", body_of({0, 5, 0, 1, 0, 0, 0, 0, 0xf0, 0, 0, 0})},
        {"a small delta missing", body_of({0, 5, 0, 2, 0, 0, 0, 0, 0x20, 2, 0})},
        {"half a large delta", body_of({0, 5, 0, 1, 0, 0, 0, 0, 0x40, 1, 0})},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name)
        BOOST_TEST(!TransportFeedbackReader::parse(packet_of(each.body)));
    }
    const auto body = body_of({0, 5, 0, 1, 0, 0, 0, 0, 0x20, 1, 0});
    RtcpPacket packet = packet_of(body);
    BOOST_TEST(TransportFeedbackReader::parse(packet).has_value());
    packet.count = 1;
    BOOST_TEST(!TransportFeedbackReader::parse(packet));
    packet.count = 15;
    packet.type = RtcpType::payload_feedback;
    BOOST_TEST(!TransportFeedbackReader::parse(packet));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(transport_feedback_generator)

BOOST_AUTO_TEST_CASE(arrivals_are_told_once_and_losses_between_them) {
    TransportFeedbackGenerator generator;
    BOOST_TEST(!generator.due(kStart));
    BOOST_TEST(written(generator, kStart).empty());
    for (const uint16_t sequence : std::vector<uint16_t>{65'534, 65'535, 2})
        generator.on_packet(sequence, kStart);
    BOOST_TEST(generator.due(kStart));
    BOOST_TEST(sequences(written(generator, kStart)) == "65534 65535 -0 -1 2");
    BOOST_TEST(!generator.due(kStart + std::chrono::seconds(1)));
    BOOST_TEST(written(generator, kStart).empty());
    generator.on_packet(5, kStart);
    BOOST_TEST(!generator.due(kStart));
    BOOST_TEST(generator.due(kStart + TransportFeedbackGenerator::kInterval));
    BOOST_TEST(sequences(written(generator, kStart)) == "-3 -4 5");
}

BOOST_AUTO_TEST_CASE(a_late_packet_is_told_after_all) {
    TransportFeedbackGenerator generator;
    generator.on_packet(1, kStart);
    generator.on_packet(4, kStart);
    BOOST_TEST(sequences(written(generator, kStart)) == "1 -2 -3 4");
    generator.on_packet(3, kStart);
    generator.on_packet(4, kStart + milliseconds(1));  // a duplicate
    generator.on_packet(5, kStart);
    BOOST_TEST(generator.pending() == 2u);
    BOOST_TEST(sequences(written(generator, kStart)) == "3 4 5");
    BOOST_TEST(generator.pending() == 0u);
}

BOOST_AUTO_TEST_CASE(many_packets_are_due_before_the_interval) {
    TransportFeedbackGenerator generator;
    generator.on_packet(0, kStart);
    written(generator, kStart);
    for (uint16_t i = 1; i < TransportFeedbackGenerator::kPacketsDue; ++i)
        generator.on_packet(i, kStart);
    BOOST_TEST(!generator.due(kStart));
    generator.on_packet(TransportFeedbackGenerator::kPacketsDue, kStart);
    BOOST_TEST(generator.due(kStart));
}

BOOST_AUTO_TEST_CASE(a_wide_gap_is_cut_to_the_window) {
    TransportFeedbackGenerator generator;
    generator.on_packet(0, kStart);
    generator.on_packet(20'000, kStart);
    const auto statuses = written(generator, kStart);
    BOOST_REQUIRE(statuses.size() == TransportFeedbackGenerator::kWindow);
    BOOST_TEST(statuses.back().sequence == 20'000);
    BOOST_TEST(statuses.back().arrival.has_value());
    BOOST_TEST(!statuses[1].arrival);
    BOOST_TEST(generator.pending() == 0u);
    BOOST_TEST(written(generator, kStart).empty());
}

BOOST_AUTO_TEST_CASE(a_sender_that_begins_anew_is_followed) {
    TransportFeedbackGenerator generator;
    generator.on_packet(30'000, kStart);
    written(generator, kStart);
    uint16_t sequence = 10;
    while (generator.pending() == 0 && sequence < 1'000)
        generator.on_packet(sequence++, kStart);
    BOOST_TEST(sequence < 100);
    BOOST_TEST(sequences(written(generator, kStart)) == std::to_string(sequence - 1));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_told_by_the_next_message) {
    struct Case {
        const char* name;
        size_t packets;
        milliseconds apart;
        size_t messages;
    };

    const std::vector<Case> cases{
        {"more than one message's packets", 900, milliseconds(1), 3},
        {"a silence longer than a delta", 3, std::chrono::seconds(9), 3},
        {"the longest silence a delta holds", 3, milliseconds(8'000), 1},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            TransportFeedbackGenerator generator;
            for (size_t i = 0; i < each.packets; ++i)
                generator.on_packet(static_cast<uint16_t>(i), kStart + i * each.apart);
            size_t messages = 0;
            size_t told = 0;
            for (;; ++messages) {
                const auto statuses = written(generator, kStart);
                if (statuses.empty()) break;
                told += statuses.size();
            }
            BOOST_TEST(messages == each.messages);
            BOOST_TEST(told == each.packets);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_full_compound_changes_nothing) {
    TransportFeedbackGenerator generator;
    generator.on_packet(7, kStart);
    RtcpWriter writer;
    while (writer.picture_loss(1, 2)) {
    }
    BOOST_TEST(!generator.write(writer, 1, 2, kStart));
    BOOST_TEST(generator.pending() == 1u);
    BOOST_TEST(sequences(written(generator, kStart)) == "7");
}

/// Seeded streams with loss, bursts, reordering, duplicates and the wrap: what the reader says is
/// what arrived, to a quarter of a millisecond.
BOOST_AUTO_TEST_CASE(random_streams_read_as_they_arrived) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            std::mt19937 random(seed);
            const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
            TransportFeedbackGenerator generator;
            std::map<uint16_t, TimePoint> arrived;
            std::map<uint16_t, microseconds> told;
            TimePoint now = kStart + milliseconds(random() % 100'000);
            auto sequence = static_cast<uint16_t>(65'000 + random() % 500);
            for (int i = 0; i < 3'000; ++i, ++sequence) {
                now += microseconds(chance(80) ? random() % 3'000 : random() % 100'000);
                const auto late =
                    static_cast<uint16_t>(chance(5) ? sequence - random() % 10 : sequence);
                if (!chance(seed)) {
                    generator.on_packet(late, now);
                    arrived.emplace(late, now);
                }
                if (!generator.due(now)) continue;
                for (const auto& status : written(generator, now))
                    if (status.arrival) told[status.sequence] = *status.arrival;
            }
            for (const auto& status : written(generator, now))
                if (status.arrival) told[status.sequence] = *status.arrival;
            BOOST_TEST(told.size() == arrived.size());
            for (const auto& [number, time] : arrived) {
                const auto exact =
                    std::chrono::duration_cast<microseconds>(time.time_since_epoch()) %
                    TransportFeedbackReader::kReferenceWrap;
                BOOST_REQUIRE(told.contains(number));
                const auto error = exact - told[number];
                BOOST_TEST(
                    (error >= microseconds(0) && error < TransportFeedbackReader::kDeltaUnit));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
