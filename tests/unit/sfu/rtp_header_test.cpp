#include "sfu/rtp_header.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

#include "sfu/packet_in.hpp"
#include "tests/unit/sfu/packet_fixture.hpp"

namespace parley::sfu::test {

namespace {

using Elements = std::map<unsigned, std::vector<uint8_t>>;

Elements elements_of(const std::vector<uint8_t>& packet, const RtpHeader& header) {
    Elements elements;
    ExtensionReader reader(packet, header);
    while (const auto element = reader.next()) {
        elements[element->id].assign(element->value.begin(), element->value.end());
    }
    return elements;
}

struct Valid {
    const char* fixture;
    unsigned payload_type, sequence, header_size, payload_size, padding_size;
    bool marker;
    Elements elements;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rtp_header)

BOOST_AUTO_TEST_CASE(valid_packets_are_read) {
    const std::vector<Valid> cases{
        {"plain_opus", 111, 1234, 12, 5, 0, false, {}},
        {"one_byte_extensions", 96, 65535, 24, 4, 0, true, {{2, {0xa1, 0xb2, 0xc3}}, {4, {'1'}}}},
        {"one_byte_padding_between", 111, 1, 24, 1, 0, false, {{1, {0x85}}, {5, {7}}}},
        {"one_byte_id_15_ends", 111, 1, 24, 1, 0, false, {{1, {0x85}}}},
        {"two_byte_extensions", 96, 2, 24, 1, 0, false, {{1, {0x85}}, {2, {}}, {16, {0xaa}}}},
        {"foreign_extension", 96, 2, 20, 1, 0, false, {}},
        {"contributing_sources", 111, 7, 20, 2, 0, false, {}},
        {"padding_only", 96, 9, 12, 0, 4, false, {}},
        {"element_beyond_extension", 111, 1, 20, 1, 0, false, {{1, {0x85}}}},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.fixture) {
            const auto packet = packet_fixture(std::string("rtp/") + each.fixture);
            BOOST_TEST((classify(packet) == DatagramKind::rtp));
            const auto header = RtpHeader::parse(packet);
            BOOST_REQUIRE(header);
            BOOST_TEST(header->payload_type == each.payload_type);
            BOOST_TEST(header->sequence == each.sequence);
            BOOST_TEST(header->header_size == each.header_size);
            BOOST_TEST(header->payload_size == each.payload_size);
            BOOST_TEST(header->padding_size == each.padding_size);
            BOOST_TEST(header->marker == each.marker);
            BOOST_TEST(header->ssrc == rtp_ssrc(packet));
            BOOST_TEST((elements_of(packet, *header) == each.elements));
        }
    }
}

BOOST_AUTO_TEST_CASE(invalid_packets_are_refused) {
    for (const char* fixture :
         {"invalid_truncated", "invalid_version", "invalid_csrc_count", "invalid_extension_length",
          "invalid_extension_header", "invalid_padding_zero", "invalid_padding_too_long"}) {
        BOOST_TEST_CONTEXT(fixture) {
            const auto packet = packet_fixture(std::string("rtp/") + fixture);
            BOOST_TEST(!RtpHeader::parse(packet));
        }
    }
    BOOST_TEST(!RtpHeader::parse({}));
}

BOOST_AUTO_TEST_CASE(what_is_written_reads_the_same) {
    const std::vector<uint8_t> level{0x85};
    const std::vector<uint8_t> sixteen(16, 0x42);
    const std::vector<uint8_t> long_value(17, 0x42);
    const std::vector<uint8_t> too_long(256, 0x42);
    std::vector<ExtensionElement> elements{
        {.id = 1, .value = level},
        {.id = 14, .value = sixteen},
        {.id = 15, .value = level},
        {.id = 2, .value = too_long},
    };
    const auto write = [&](size_t room) {
        std::vector<uint8_t> out(room, 0xee);
        out.resize(write_rtp_header(out, {.marker = true,
                                          .payload_type = 96,
                                          .sequence = 65535,
                                          .timestamp = 0x01020304,
                                          .ssrc = 0x0a0b0c0d,
                                          .extensions = elements}));
        return out;
    };
    auto out = write(100);
    BOOST_TEST(out.size() == 12u + 4 + 20);
    auto header = RtpHeader::parse(out);
    BOOST_REQUIRE(header);
    BOOST_TEST(header->marker);
    BOOST_TEST(header->timestamp == 0x01020304u);
    BOOST_TEST(header->header_size == out.size());
    BOOST_TEST((elements_of(out, *header) == Elements{{1, level}, {14, sixteen}}));
    BOOST_TEST(write(35).empty());

    // One that needs a two-byte header makes all have them (RFC 8285 s4.3).
    elements.push_back({.id = 3, .value = long_value});
    out = write(100);
    BOOST_TEST(out.size() == 12u + 4 + 40);
    header = RtpHeader::parse(out);
    BOOST_REQUIRE(header);
    BOOST_TEST((elements_of(out, *header) == Elements{{1, level}, {14, sixteen}, {3, long_value}}));
}

BOOST_AUTO_TEST_CASE(datagrams_are_told_apart_by_their_first_octets) {
    struct Case {
        std::vector<uint8_t> datagram;
        DatagramKind kind;
    };

    const auto bytes = [](uint8_t first, uint8_t second, size_t size) {
        std::vector<uint8_t> datagram(size);
        if (size > 0) datagram[0] = first;
        if (size > 1) datagram[1] = second;
        return datagram;
    };
    const std::vector<Case> cases{
        {bytes(0, 0, 0), DatagramKind::unknown},     {bytes(0, 1, 20), DatagramKind::stun},
        {bytes(3, 1, 20), DatagramKind::stun},       {bytes(4, 0, 20), DatagramKind::unknown},
        {bytes(19, 0, 20), DatagramKind::unknown},   {bytes(20, 254, 13), DatagramKind::dtls},
        {bytes(63, 0, 13), DatagramKind::dtls},      {bytes(64, 0, 20), DatagramKind::unknown},
        {bytes(127, 0, 20), DatagramKind::unknown},  {bytes(128, 111, 12), DatagramKind::rtp},
        {bytes(191, 96, 12), DatagramKind::rtp},     {bytes(128, 111, 11), DatagramKind::unknown},
        {bytes(128, 191, 12), DatagramKind::rtp},    {bytes(128, 192, 8), DatagramKind::rtcp},
        {bytes(128, 200, 8), DatagramKind::rtcp},    {bytes(128, 223, 8), DatagramKind::rtcp},
        {bytes(128, 224, 12), DatagramKind::rtp},    {bytes(128, 200, 7), DatagramKind::unknown},
        {bytes(192, 96, 20), DatagramKind::unknown}, {bytes(128, 96, 1501), DatagramKind::unknown},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT("size " << each.datagram.size()) {
            BOOST_TEST((classify(each.datagram) == each.kind));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
