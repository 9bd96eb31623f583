#include "sfu/rtcp_packet.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/sfu/packet_fixture.hpp"

namespace parley::sfu::test {

namespace {

std::vector<RtcpPacket> read_all(std::span<const uint8_t> bytes, bool* malformed = nullptr) {
    std::vector<RtcpPacket> packets;
    RtcpReader reader(bytes);
    while (const auto packet = reader.next())
        packets.push_back(*packet);
    if (malformed != nullptr) *malformed = reader.malformed();
    return packets;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtcp_packet)

BOOST_AUTO_TEST_CASE(sender_report) {
    const auto bytes = packet_fixture("rtcp/sender_report_with_block");
    bool malformed = true;
    const auto packets = read_all(bytes, &malformed);
    BOOST_TEST(!malformed);
    BOOST_REQUIRE(packets.size() == 2u);
    const SenderInfo info{.ssrc = 0x0a0b0c0d,
                          .ntp = 0xe0000001'80000000,
                          .rtp_timestamp = 48000,
                          .packet_count = 100,
                          .octet_count = 10000};
    BOOST_TEST((packets[0].sender_info() == info));
    const ReportBlock block{.ssrc = 0x11223344,
                            .fraction_lost = 26,
                            .cumulative_lost = -1,
                            .extended_highest_sequence = 0x1ffff,
                            .jitter = 42,
                            .last_sender_report = 0xaabbccdd,
                            .delay_since_last_report = 0x18000};
    BOOST_TEST((packets[0].report_block(0) == block));
    BOOST_TEST(!packets[0].report_block(1));
    BOOST_TEST(!packets[1].sender_info());
}

BOOST_AUTO_TEST_CASE(feedback) {
    const auto nack = packet_fixture("rtcp/nack_two_pairs");
    const auto packets = read_all(nack);
    BOOST_REQUIRE(packets.size() == 1u);
    BOOST_TEST((packets[0].media_ssrc() == 0x0b0b0b0bU));
    BOOST_TEST(packets[0].nack(0)->packet_id == 1000);
    BOOST_TEST(packets[0].nack(0)->bitmask == 0x8001);
    BOOST_TEST(packets[0].nack(1)->packet_id == 65535);
    BOOST_TEST(!packets[0].nack(2));

    const auto pictures = packet_fixture("rtcp/pli_and_fir");
    const auto requests = read_all(pictures);
    BOOST_REQUIRE(requests.size() == 2u);
    BOOST_TEST((requests[0].media_ssrc() == 0x0b0b0b0bU));
    BOOST_TEST(!requests[0].full_intra_request(0));
    BOOST_TEST((requests[1].full_intra_request(0) == 0x0b0b0b0bU));
    BOOST_TEST(!requests[1].full_intra_request(1));
}

BOOST_AUTO_TEST_CASE(estimated_bitrate) {
    const auto remb = packet_fixture("rtcp/remb");
    BOOST_TEST((read_all(remb)[0].estimated_bitrate_max() == 1'000'000U));
    const auto overflowing = packet_fixture("rtcp/remb_overflowing");
    BOOST_TEST((read_all(overflowing)[0].estimated_bitrate_max() == uint64_t{1} << 63));
}

BOOST_AUTO_TEST_CASE(bye_and_padding) {
    const auto bye = packet_fixture("rtcp/bye_two");
    const auto packets = read_all(bye);
    BOOST_TEST((packets[0].bye_ssrc(1) == 0x0c0c0c0cU));
    BOOST_TEST(!packets[0].bye_ssrc(2));
    const auto padded = packet_fixture("rtcp/padded");
    BOOST_TEST(read_all(padded)[0].body.size() == 4u);
}

BOOST_AUTO_TEST_CASE(malformed_compounds_end_where_they_break) {
    struct Case {
        const char* fixture;
        size_t packets;
    };

    for (const auto& each :
         {Case{"invalid_length", 1}, Case{"invalid_version", 0}, Case{"invalid_padding", 0}}) {
        BOOST_TEST_CONTEXT(each.fixture) {
            const auto bytes = packet_fixture(std::string("rtcp/") + each.fixture);
            bool malformed = false;
            BOOST_TEST(read_all(bytes, &malformed).size() == each.packets);
            BOOST_TEST(malformed);
        }
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_read_beyond_a_body) {
    const auto bytes = packet_fixture("rtcp/short_bodies");
    const auto packets = read_all(bytes);
    BOOST_TEST(packets.size() == 6u);
    for (const auto& packet : packets) {
        BOOST_TEST(!packet.sender_info());
        BOOST_TEST(!packet.report_block(0));
        BOOST_TEST(!packet.nack(0));
        BOOST_TEST(!packet.full_intra_request(0));
        BOOST_TEST(!packet.estimated_bitrate_max());
        BOOST_TEST(!packet.bye_ssrc(0));
    }
}

BOOST_AUTO_TEST_CASE(what_is_written_reads_the_same) {
    const ReportBlock block{.ssrc = 7,
                            .fraction_lost = 255,
                            .cumulative_lost = -3,
                            .extended_highest_sequence = 0x2000a,
                            .jitter = 9,
                            .last_sender_report = 10,
                            .delay_since_last_report = 11};
    const SenderInfo info{.ssrc = 1,
                          .ntp = 0x12345678'9abcdef0,
                          .rtp_timestamp = 2,
                          .packet_count = 3,
                          .octet_count = 4};
    const std::array<uint16_t, 6> sequences{65530, 65535, 0, 10, 11, 300};
    const std::array<uint32_t, 2> ssrcs{8, 9};
    RtcpWriter writer;
    BOOST_TEST(writer.sender_report(info));
    BOOST_TEST(writer.receiver_report(5, {&block, 1}));
    BOOST_TEST(writer.source_description(5, "name"));
    BOOST_TEST(writer.nack(5, 7, sequences));
    BOOST_TEST(writer.picture_loss(5, 7));
    BOOST_TEST(writer.full_intra_request(5, 7, 1));
    BOOST_TEST(writer.estimated_bitrate_max(5, 1'000'000, ssrcs));
    BOOST_TEST(writer.bye(ssrcs));

    bool malformed = true;
    const auto packets = read_all(writer.bytes(), &malformed);
    BOOST_TEST(!malformed);
    BOOST_REQUIRE(packets.size() == 8u);
    BOOST_TEST((packets[0].sender_info() == info));
    BOOST_TEST((packets[1].report_block(0) == block));
    BOOST_TEST((packets[2].type == RtcpType::source_description));
    std::vector<uint16_t> named;
    for (size_t i = 0; const auto pair = packets[3].nack(i); ++i) {
        named.push_back(pair->packet_id);
        for (uint16_t bit = 0; bit < 16; ++bit) {
            if ((pair->bitmask >> bit) & 1) {
                named.push_back(static_cast<uint16_t>(pair->packet_id + bit + 1));
            }
        }
    }
    BOOST_TEST(named == std::vector<uint16_t>(sequences.begin(), sequences.end()),
               boost::test_tools::per_element());
    BOOST_TEST((packets[4].media_ssrc() == 7U));
    BOOST_TEST((packets[5].full_intra_request(0) == 7U));
    BOOST_TEST((packets[6].estimated_bitrate_max() == 1'000'000U));
    BOOST_TEST((packets[7].bye_ssrc(1) == 9U));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_left_out) {
    RtcpWriter writer;
    const std::string name(255, 'x');
    size_t fitted = 0;
    while (writer.source_description(1, name))
        ++fitted;
    BOOST_TEST(fitted == 4u);
    BOOST_TEST(writer.picture_loss(1, 2));
    BOOST_TEST(read_all(writer.bytes()).size() == 5u);
    BOOST_TEST(!writer.source_description(1, std::string(256, 'x')));
    const std::vector<ReportBlock> blocks(32);
    BOOST_TEST(!writer.receiver_report(1, blocks));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
