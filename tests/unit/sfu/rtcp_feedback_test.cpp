#include <boost/test/unit_test.hpp>

#include "sfu/byte_order.hpp"
#include "sfu/sfu.hpp"
#include "tests/unit/sfu/sfu_fixture.hpp"

/// What receivers and publishers miss, and how they are told: NACK, PLI, transport-wide feedback
/// (RFC 4585, RFC 5506), by a whole SFU with real sockets.
namespace parley::sfu::test {

namespace {

uint64_t keyframe_requests(const SessionStatistics& session) {
    uint64_t count = 0;
    for (const auto& stream : session.streams)
        count += stream.counters.keyframe_requests;
    return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtcp_feedback)

BOOST_AUTO_TEST_CASE(a_missing_packet_is_sent_again_in_the_rtx_stream) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    bob.peer->drop(bob.ssrc(1), 4);
    bob.peer->drop(bob.ssrc(1), 7);
    send_media(*alice, 100, 20);
    BOOST_REQUIRE(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == 18; }));
    const auto video = bob.peer->received(bob.ssrc(1));
    const auto lost = static_cast<uint16_t>(video[0].header.sequence + 4);

    RtcpWriter nack;
    nack.receiver_report(1, {});
    const std::array<uint16_t, 2> sequences{lost, static_cast<uint16_t>(lost + 3)};
    nack.nack(1, bob.ssrc(1), sequences);
    bob.peer->send_rtcp(nack);
    BOOST_REQUIRE(wait_until([&] { return bob.peer->received_count(bob.rtx_ssrc(1)) == 2; }));
    const auto again = bob.peer->received(bob.rtx_ssrc(1));
    BOOST_TEST(again[0].header.payload_type == kRtx);
    BOOST_TEST(read_u16(again[0].payload.data()) == lost);
    BOOST_TEST(number_of(std::span(again[0].payload).subspan(2)) == 104);
    BOOST_TEST(again[0].payload.size() == 1102u);
    BOOST_TEST(read_u16(again[1].payload.data()) == lost + 3);
    BOOST_TEST(again[1].header.sequence == static_cast<uint16_t>(again[0].header.sequence + 1));
    BOOST_TEST(fixture.statistics(2)->streams[1].counters.retransmissions == 2u);
}

namespace {

/// The transport-wide feedback of a receiver, on its video.
class Feedback {
  public:
    explicit Feedback(const Fixture::Receiver& receiver) : receiver_(receiver) {
        const auto& extensions = receiver.offer.contents[1].extensions;
        const auto found =
            std::find_if(extensions.begin(), extensions.end(), [](const HeaderExtension& each) {
                return each.uri.ends_with("transport-wide-cc-extensions-01");
            });
        BOOST_REQUIRE((found != extensions.end()));
        sequence_id_ = found->id;
    }

    /// Of what has arrived since the last time.
    void send() {
        const auto video = receiver_.peer->received(receiver_.ssrc(1));
        const auto now = Clock::now();
        for (; told_ < video.size(); ++told_)
            generator_.on_packet(read_u16(video[told_].extensions.at(sequence_id_).data()), now);
        RtcpWriter writer;
        writer.receiver_report(1, {});
        generator_.write(writer, 1, receiver_.ssrc(1), now);
        receiver_.peer->send_rtcp(writer);
    }

  private:
    const Fixture::Receiver& receiver_;
    TransportFeedbackGenerator generator_;
    uint8_t sequence_id_ = 0;
    size_t told_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(on_a_lossy_line_what_is_lost_is_sent_again_unasked_and_twice) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    for (size_t lost = 5; lost < 10'000; lost += 10)
        bob.peer->drop(bob.ssrc(1), lost);
    Feedback feedback(bob);
    uint32_t sent = 0;
    std::vector<ReceivedRtp> again;
    BOOST_REQUIRE(wait_until([&] {
        send_media(*alice, sent++, 1);
        feedback.send();
        again = bob.peer->received(bob.rtx_ssrc(1));
        std::erase_if(again, [](const ReceivedRtp& packet) { return packet.payload.size() <= 2; });
        return again.size() >= 2;  // without what is padding
    }));
    BOOST_TEST((again[0].payload == again[1].payload));
    const auto video = bob.peer->received(bob.ssrc(1));
    const uint16_t lost = read_u16(again[0].payload.data());
    BOOST_TEST(std::none_of(video.begin(), video.end(), [&](const ReceivedRtp& packet) {
        return packet.header.sequence == lost;
    }));
}

BOOST_AUTO_TEST_CASE(without_rtx_a_missing_packet_is_sent_again_as_it_was) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2, [](auto& contents) {
        std::erase_if(contents[1].codecs, [](const Codec& codec) { return codec.name == "rtx"; });
    });
    bob.peer->drop(bob.ssrc(1), 2);
    send_media(*alice, 1, 5);
    BOOST_REQUIRE(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == 4; }));
    const auto lost = static_cast<uint16_t>(bob.peer->received(bob.ssrc(1))[0].header.sequence + 2);
    RtcpWriter nack;
    nack.nack(1, bob.ssrc(1), {&lost, 1});
    bob.peer->send_rtcp(nack);
    BOOST_REQUIRE(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == 5; }));
    BOOST_TEST(bob.peer->received(bob.ssrc(1))[4].header.sequence == lost);
}

BOOST_AUTO_TEST_CASE(what_the_publisher_lost_is_asked_for_and_repaired) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    send_media(*alice, 10, 5);
    send_media(*alice, 16, 5);  // 15 is missing
    std::optional<RtcpPacket::Nack> nack;
    BOOST_REQUIRE(wait_until([&] {
        for (const auto& packet : alice->received_rtcp(RtcpType::transport_feedback)) {
            if (packet.view().media_ssrc() == kVideoSsrc) nack = packet.view().nack(0);
        }
        return nack.has_value();
    }));
    BOOST_TEST(nack->packet_id == 15);
    BOOST_TEST(nack->bitmask == 0);
    auto payload = numbered_payload(15, 902);
    payload.insert(payload.begin(), {0, 15});
    alice->send_rtp({.payload_type = kRtx,
                     .sequence = 1,
                     .timestamp = 15 * 3000,
                     .ssrc = kVideoRtxSsrc,
                     .extensions = {}},
                    payload);
    BOOST_REQUIRE(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == 11; }));
    const auto video = bob.peer->received(bob.ssrc(1));
    BOOST_TEST(video.back().header.sequence ==
               static_cast<uint16_t>(video.front().header.sequence + 5));
    BOOST_TEST(video.back().header.payload_type == kVp8);
    BOOST_TEST((video.back().payload == numbered_payload(15, 902)));
}

namespace {

size_t picture_losses(const TestPeer& peer) {
    size_t count = 0;
    for (const auto& packet : peer.received_rtcp(RtcpType::payload_feedback)) {
        if (packet.count == static_cast<uint8_t>(PayloadFeedback::pli)) {
            BOOST_TEST((packet.view().media_ssrc() == kVideoSsrc));
            ++count;
        }
    }
    return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_receiver_that_joins_or_asks_gets_a_keyframe) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    BOOST_TEST(wait_until([&] { return picture_losses(*alice) == 1; }));
    RtcpWriter writer;
    writer.picture_loss(1, bob.ssrc(1));
    bob.peer->send_rtcp(writer);
    BOOST_TEST(wait_until([&] { return picture_losses(*alice) == 2; }));
}

BOOST_AUTO_TEST_CASE(feedback_goes_without_a_report_where_that_was_negotiated) {
    for (const bool reduced_size : {false, true}) {
        Fixture fixture;
        auto contents = published_contents();
        contents[1].rtcp_reduced_size = reduced_size;
        auto alice = fixture.publish("alice", 1, contents);
        auto bob = fixture.subscribe("bob", "alice", 2);
        BOOST_TEST(bob.offer.contents[1].rtcp_reduced_size);
        send_media(*alice, 10, 5);
        send_media(*alice, 16, 5);  // 15 is missing
        for (const auto type : {RtcpType::payload_feedback, RtcpType::transport_feedback}) {
            BOOST_REQUIRE(wait_until([&] { return !alice->received_rtcp(type).empty(); }));
            BOOST_TEST(alice->received_rtcp(type)[0].place == (reduced_size ? 0u : 2u));
        }
        // Reports are sent all the same.
        BOOST_TEST(wait_until([&] {
            const auto reports = alice->received_rtcp(RtcpType::receiver_report);
            return std::any_of(reports.begin(), reports.end(), [](const auto& report) {
                return report.view().report_block(0).has_value();
            });
        }));
    }
}

BOOST_AUTO_TEST_CASE(who_was_cut_off_gets_a_keyframe_when_it_is_back) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    Feedback feedback(bob);
    uint32_t sent = 0;
    BOOST_REQUIRE(wait_until([&] {
        send_media(*alice, sent++, 1);
        feedback.send();
        return sent >= 20;
    }));
    const auto cut = Clock::now();
    BOOST_REQUIRE(wait_until([&] {
        send_media(*alice, sent++, 1);
        return Clock::now() - cut > milliseconds(2'000);
    }));
    const size_t before = picture_losses(*alice);
    BOOST_TEST(wait_until([&] {
        send_media(*alice, sent++, 1);
        feedback.send();
        return picture_losses(*alice) > before;
    }));
}

BOOST_AUTO_TEST_CASE(keyframe_requests_of_many_receivers_are_merged) {
    auto config = Fixture::loopback();
    config.keyframe_interval_ms_min = std::chrono::hours(1);
    Fixture fixture(config);
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    auto carol = fixture.subscribe("carol", "alice", 3);
    for (auto* receiver : {&bob, &carol, &bob, &carol}) {
        RtcpWriter writer;
        writer.picture_loss(1, receiver->ssrc(1));
        writer.full_intra_request(1, receiver->ssrc(1), 1);
        receiver->peer->send_rtcp(writer);
    }
    for (const uint64_t session : {2, 3})
        BOOST_TEST(
            wait_until([&] { return keyframe_requests(*fixture.statistics(session)) == 4; }));
    BOOST_TEST(keyframe_requests(*fixture.statistics(1)) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
