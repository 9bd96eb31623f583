#include "sfu/stream_rewriter.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

#include "sfu/byte_order.hpp"
#include "sfu/retransmission_cache.hpp"
#include "tests/unit/sfu/packet_fixture.hpp"

namespace parley::sfu::test {

namespace {

RewriteRules video_rules() {
    RewriteRules rules;
    rules.ssrc = 0x55555555;
    rules.rtx_ssrc = 0x66666666;
    rules.payload_types[96] = 100;
    rules.rtx_payload_types[100] = 101;
    rules.extension_ids[4] = 9;
    rules.abs_send_time_id = 3;
    return rules;
}

StoredPacket header(uint16_t sequence, uint32_t timestamp, uint8_t payload_type = 96) {
    StoredPacket packet;
    packet.header.payload_type = payload_type;
    packet.header.sequence = sequence;
    packet.header.timestamp = timestamp;
    return packet;
}

StoredPacket stored(const std::vector<uint8_t>& bytes) {
    StoredPacket packet;
    std::copy(bytes.begin(), bytes.end(), packet.data.begin());
    packet.size = static_cast<uint16_t>(bytes.size());
    packet.header = *RtpHeader::parse(packet.bytes());
    return packet;
}

const TimePoint kNow{std::chrono::milliseconds(64'000 + 1'500)};
const SendStamp kStamp{.now = kNow};

RetransmissionCache::Sent sent(uint16_t sequence, uint32_t ring_number) {
    RetransmissionCache::Sent result;
    result.ring_number = ring_number;
    result.position.sequence = sequence;
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_rewriter)

BOOST_AUTO_TEST_CASE(gaps_and_wraps_are_kept) {
    StreamRewriter rewriter(video_rules(), 65'533, 0xffffff00);

    struct Case {
        uint16_t sequence;
        uint32_t timestamp;
        std::optional<uint16_t> sent_sequence;
        uint32_t sent_timestamp;
    };

    const std::vector<Case> cases{
        {65'534, 0xfffff000, 65'533, 0xffffff00},  // the first decides the offsets
        {65'535, 0xfffff000, 65'534, 0xffffff00},
        {1, 0xfffffc00, 0, 0x00000b00},         // 0 is missing: 65535 stays free
        {0, 0xfffff000, 65'535, 0xffffff00},    // and is filled late
        {65'533, 0xffffe000, std::nullopt, 0},  // older than the receiver's first
        {3, 0xfffffd00, 2, 0x00000c00},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT("sequence " << each.sequence) {
            const auto position = rewriter.place(header(each.sequence, each.timestamp));
            BOOST_REQUIRE(position.has_value() == each.sent_sequence.has_value());
            if (!position) continue;
            BOOST_TEST(position->sequence == *each.sent_sequence);
            BOOST_TEST(position->timestamp == each.sent_timestamp);
            BOOST_TEST(position->payload_type == 100);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_offset_holds_over_many_wraps) {
    StreamRewriter rewriter(video_rules(), 1'024, 7);
    uint16_t expected = 1'024;
    for (uint32_t i = 0; i < 200'000; ++i) {
        const auto position = rewriter.place(header(static_cast<uint16_t>(i + 40'000), i * 3000));
        BOOST_REQUIRE(position);
        BOOST_REQUIRE(position->sequence == expected++);
        BOOST_REQUIRE(position->timestamp == 7 + i * 3000);
    }
}

BOOST_AUTO_TEST_CASE(another_encoding_goes_on_where_the_first_ended) {
    StreamRewriter rewriter(video_rules(), 1'024, 7);
    BOOST_TEST(rewriter.place(header(500, 3'000))->sequence == 1'024);
    BOOST_TEST(rewriter.place(header(502, 9'000))->sequence == 1'026);
    rewriter.begin(10'000);
    const auto first = rewriter.place(header(7'000, 77));
    BOOST_TEST(first->sequence == 1'027);
    BOOST_TEST(first->timestamp == 10'000u);
    BOOST_TEST(rewriter.place(header(7'001, 3'077))->timestamp == 13'000u);
    BOOST_TEST((rewriter.timestamp(3'077) == 13'000u));
    BOOST_TEST(!rewriter.place(header(6'999, 70)));  // older than the switch
}

BOOST_AUTO_TEST_CASE(what_is_in_red_goes_out_alone_one_packet_for_one) {
    RewriteRules rules;
    rules.ssrc = 0x55555555;
    rules.payload_types[111] = 100;
    rules.unpacked_type = 63;
    StreamRewriter rewriter(rules, 1'024, 7);
    const auto place = [&](uint16_t sequence, std::vector<uint8_t> payload) {
        std::vector<uint8_t> bytes{0x80, 63, 0, static_cast<uint8_t>(sequence)};
        bytes.resize(12);
        bytes.insert(bytes.end(), payload.begin(), payload.end());
        auto packet = stored(bytes);
        packet.primary = RedPrimary::parse(payload);
        return std::pair(packet, rewriter.place(packet));
    };
    BOOST_TEST(place(1, {0x6f, 0x01}).second->sequence == 1'024);
    BOOST_TEST(!place(2, {0xef, 0x0f, 0x00, 0x09, 0x6f, 0x01}).second);  // malformed
    BOOST_TEST(!place(3, {0x0d, 0x01}).second);                          // another format
    BOOST_TEST(!place(4, {0x3f, 0x6f, 0x01}).second);                    // RED in RED
    const auto [packet, position] = place(5, {0xef, 0x0f, 0x00, 0x01, 0x6f, 0x01, 0xaa, 0xbb});
    BOOST_REQUIRE(position);
    BOOST_TEST(position->sequence == 1'028);
    std::vector<uint8_t> out(1600);
    out.resize(rewriter.write(out, *position, packet, kStamp));
    const auto sent = RtpHeader::parse(out);
    BOOST_REQUIRE(sent);
    BOOST_TEST(sent->payload_type == 100);
    BOOST_TEST(std::vector(out.begin() + sent->header_size, out.end()) ==
                   (std::vector<uint8_t>{0xaa, 0xbb}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refused_payload_types_are_not_sent) {
    StreamRewriter rewriter(video_rules(), 1, 1);
    BOOST_TEST(!rewriter.place(header(1, 1, 97)));
    BOOST_TEST(!rewriter.timestamp(1));
}

BOOST_AUTO_TEST_CASE(extensions_get_the_receivers_ids) {
    StreamRewriter rewriter(video_rules(), 1'024, 0);
    const auto packet = stored(packet_fixture("rtp/one_byte_extensions"));
    const auto position = rewriter.place(packet);
    BOOST_REQUIRE(position);
    std::vector<uint8_t> out(1600);
    out.resize(rewriter.write(out, *position, packet, kStamp));
    const auto sent = RtpHeader::parse(out);
    BOOST_REQUIRE(sent);
    BOOST_TEST(sent->ssrc == 0x55555555u);
    BOOST_TEST(sent->marker);
    BOOST_TEST(sent->payload_size == 4);
    BOOST_TEST(out.back() == 0x82);
    std::map<unsigned, std::vector<uint8_t>> elements;
    ExtensionReader reader(out, *sent);
    while (const auto element = reader.next()) {
        elements[element->id].assign(element->value.begin(), element->value.end());
    }
    // 65.5 s modulo 64 s in units of 2^-18 s; the source's abs-send-time (id 2) is not passed on.
    BOOST_TEST(elements.size() == 2u);
    BOOST_TEST(elements[9] == std::vector<uint8_t>{'1'}, boost::test_tools::per_element());
    BOOST_REQUIRE(elements[3].size() == 3u);
    BOOST_TEST(read_u24(elements[3].data()) == (3u << 17));
}

BOOST_AUTO_TEST_CASE(a_retransmission_names_the_packet_it_repeats) {
    StreamRewriter rewriter(video_rules(), 1'024, 0);
    const auto packet = stored(packet_fixture("rtp/one_byte_extensions"));
    const auto position = rewriter.place(packet);
    std::vector<uint8_t> out(1600);
    for (uint16_t i = 0; i < 2; ++i) {
        const size_t size = rewriter.write_again(out, *position, packet, kStamp);
        const auto sent = RtpHeader::parse({out.data(), size});
        BOOST_REQUIRE(sent);
        BOOST_TEST(sent->ssrc == 0x66666666u);
        BOOST_TEST(sent->payload_type == 101);
        BOOST_TEST(sent->sequence == 1'024 + i);
        BOOST_TEST(sent->payload_size == 6);
        BOOST_TEST(read_u16(&out[sent->header_size]) == 1'024);
    }
}

BOOST_AUTO_TEST_CASE(padding_passes_and_what_does_not_fit_is_told) {
    StreamRewriter rewriter(video_rules(), 1'024, 0);
    const auto packet = stored(packet_fixture("rtp/padding_only"));
    const auto position = rewriter.place(packet);
    std::vector<uint8_t> out(1600);
    const auto sent =
        RtpHeader::parse({out.data(), rewriter.write(out, *position, packet, kStamp)});
    BOOST_REQUIRE(sent);
    BOOST_TEST(sent->padding_size == 4);
    std::vector<uint8_t> small(20);
    BOOST_TEST(rewriter.write(small, *position, packet, kStamp) == 0u);
    BOOST_TEST(rewriter.write_again(small, *position, packet, kStamp) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(retransmission_cache)

BOOST_AUTO_TEST_CASE(a_packet_is_given_out_while_it_is_kept) {
    RetransmissionCache cache;
    BOOST_TEST(!cache.take(5, kNow));
    cache.store(sent(5, 105));
    cache.store(sent(6, 106));
    BOOST_TEST((cache.take(5, kNow)->ring_number == 105U));
    cache.store(sent(static_cast<uint16_t>(5 + RetransmissionCache::kCapacity), 999));
    BOOST_TEST(!cache.take(5, kNow));
    BOOST_TEST((cache.take(6, kNow)->ring_number == 106U));
}

BOOST_AUTO_TEST_CASE(repeated_requests_are_bounded) {
    RetransmissionCache cache;
    cache.store(sent(5, 105));
    BOOST_TEST(cache.take(5, kNow) != nullptr);
    BOOST_TEST(!cache.take(5, kNow + RetransmissionCache::kResendIntervalMin / 2));
    auto now = kNow;
    size_t given = 1;
    for (int i = 0; i < 20; ++i) {
        now += RetransmissionCache::kResendIntervalMin;
        given += cache.take(5, now) != nullptr ? 1 : 0;
    }
    BOOST_TEST(given == RetransmissionCache::kResendsMax);
}

BOOST_AUTO_TEST_CASE(a_ring_forgets_the_oldest) {
    PacketRing ring(4);
    std::vector<uint32_t> numbers;
    for (uint16_t i = 0; i < 6; ++i) {
        ring.next().size = i;
        numbers.push_back(ring.commit());
    }
    BOOST_TEST(ring.find(numbers[5])->size == 5);
    BOOST_TEST(ring.find(numbers[3])->size == 3);
    BOOST_TEST(ring.find(numbers[2]) == nullptr);  // its place is the next packet's
    BOOST_TEST(ring.find(numbers[5] + 1) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
