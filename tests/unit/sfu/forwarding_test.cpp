#include <fcntl.h>

#include <boost/test/unit_test.hpp>
#include <thread>

#include "sfu/byte_order.hpp"
#include "sfu/candidate_filter.hpp"
#include "sfu/packet_in.hpp"
#include "sfu/sequence.hpp"
#include "sfu/sfu.hpp"
#include "tests/unit/sfu/sfu_fixture.hpp"

/// Whole SFU, real sockets: peers publish and subscribe over loopback.
namespace parley::sfu::test {

namespace {

uint64_t packets(const SessionStatistics& session) {
    uint64_t count = 0;
    for (const auto& stream : session.streams)
        count += stream.counters.packets;
    return count;
}

/// Every packet once, in order, its number moved by one offset; likewise the timestamps.
void check_continuity(const std::vector<ReceivedRtp>& packets, size_t count, uint32_t ticks) {
    BOOST_REQUIRE_EQUAL(packets.size(), count);
    for (size_t i = 1; i < packets.size(); ++i) {
        BOOST_TEST(sequence_distance(packets[i - 1].header.sequence, packets[i].header.sequence) ==
                   1);
        BOOST_TEST(packets[i].header.timestamp - packets[i - 1].header.timestamp == ticks);
        BOOST_TEST(number_of(packets[i].payload) ==
                   static_cast<uint16_t>(number_of(packets[i - 1].payload) + 1));
    }
    BOOST_TEST(packets.front().header.sequence < 32768);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forwarding)

BOOST_AUTO_TEST_CASE(two_receivers_get_what_one_publishes) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    auto carol = fixture.subscribe("carol", "alice", 3);
    BOOST_TEST(bob.ssrc(0) != kAudioSsrc);
    BOOST_TEST(bob.ssrc(1) != carol.ssrc(1));
    BOOST_TEST((bob.offer.transport.fingerprint->setup == Fingerprint::Setup::actpass));
    BOOST_TEST((bob.offer.contents[1].sources[0].attributes ==
                std::vector<Parameter>{{"cname", "alice-cname"}, {"msid", "stream video"}}));

    // Over the publisher's wrap.
    for (const uint32_t sent : {50, 100}) {
        send_media(*alice, 65'450 + sent, 50);
        for (auto* receiver : {&bob, &carol}) {
            for (const size_t content : {0, 1}) {
                BOOST_TEST(wait_until([&] {
                    return receiver->peer->received_count(receiver->ssrc(content)) == sent;
                }));
            }
        }
    }
    for (auto* receiver : {&bob, &carol}) {
        check_continuity(receiver->peer->received(receiver->ssrc(1)), 100, 3000);
        const auto audio = receiver->peer->received(receiver->ssrc(0));
        check_continuity(audio, 100, 960);
        BOOST_TEST((audio[0].extensions.at(kLevelId) == std::vector<uint8_t>{0x85}));
        const auto video = receiver->peer->received(receiver->ssrc(1));
        BOOST_TEST(video[0].header.marker);
        BOOST_TEST((video[0].extensions.at(kSendTimeId) != std::vector<uint8_t>{1, 2, 3}));
    }
    const auto in = fixture.statistics(1);
    const auto out = fixture.statistics(2);
    BOOST_REQUIRE(in);
    BOOST_REQUIRE(out);
    BOOST_TEST(packets(*in) == 200u);
    BOOST_TEST(packets(*out) == 200u);
    BOOST_TEST(!in->bandwidth);
    BOOST_TEST(out->bandwidth.value_or(0) > 0u);
    BOOST_TEST(!out->streams[0].layer);
    BOOST_TEST((out->streams[1].layer == ForwardedLayer{}));
    BOOST_TEST(in->packets_dropped == 0u);
}

BOOST_AUTO_TEST_CASE(who_takes_no_red_gets_the_opus_in_it) {
    constexpr uint8_t kRed = 63;
    Fixture fixture;
    auto contents = published_contents();
    contents[0].codecs.push_back({.payload_type = kRed,
                                  .name = "red",
                                  .clock_rate = 48'000,
                                  .channels = 2,
                                  .parameters = {{"", "111/111"}},
                                  .feedback = {}});
    auto alice = fixture.publish("alice", 1, contents);
    auto bob = fixture.subscribe("bob", "alice", 2);
    auto carol =
        fixture.subscribe("carol", "alice", 3, [](auto& answer) { answer[0].codecs.resize(1); });
    for (uint16_t number = 10; number < 20; ++number) {
        auto payload = numbered_payload(number, 80);
        if (number % 2 == 1) {
            const std::vector<uint8_t> blocks{0x80 | kOpus, 0x0f, 0x00, 0x02, kOpus, 0x01, 0x02};
            payload.insert(payload.begin(), blocks.begin(), blocks.end());
        }
        alice->send_rtp({.payload_type = number % 2 == 1 ? kRed : kOpus,
                         .sequence = number,
                         .timestamp = number * 960U,
                         .ssrc = kAudioSsrc,
                         .extensions = {}},
                        payload);
    }
    for (auto* receiver : {&bob, &carol}) {
        BOOST_REQUIRE(
            wait_until([&] { return receiver->peer->received_count(receiver->ssrc(0)) == 10; }));
    }
    const auto opus = carol.peer->received(carol.ssrc(0));
    check_continuity(opus, 10, 960);
    for (const auto& packet : opus) {
        BOOST_TEST(packet.header.payload_type == kOpus);
        BOOST_TEST((packet.payload == numbered_payload(number_of(packet.payload), 80)));
    }
    const auto red = bob.peer->received(bob.ssrc(0))[1];
    BOOST_TEST(red.header.payload_type == kRed);
    BOOST_TEST(red.payload.size() == 87u);
}

BOOST_AUTO_TEST_CASE(sender_reports_carry_the_capture_clock_on) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    send_media(*alice, 10, 3);
    constexpr NtpTime kNtp = 0xe0000000'00000000;
    RtcpWriter reports;
    reports.sender_report({.ssrc = kAudioSsrc, .ntp = kNtp, .rtp_timestamp = 10 * 960});
    reports.sender_report({.ssrc = kVideoSsrc, .ntp = kNtp, .rtp_timestamp = 10 * 3000});
    alice->send_rtcp(reports);

    std::map<uint32_t, SenderInfo> infos;
    BOOST_REQUIRE(wait_until([&] {
        for (const auto& packet : bob.peer->received_rtcp(RtcpType::sender_report)) {
            const auto info = packet.view().sender_info();
            if (info) infos.emplace(info->ssrc, *info);
        }
        return infos.size() == 2;
    }));
    for (const size_t content : {size_t{0}, size_t{1}}) {
        const auto& info = infos.at(bob.ssrc(content));
        const double rate = content == 0 ? 48'000 : 90'000;
        const auto first = bob.peer->received(bob.ssrc(content))[0].header.timestamp;
        const double media = static_cast<int32_t>(info.rtp_timestamp - first) / rate;
        const double capture = static_cast<double>(info.ntp - kNtp) / 4294967296.0;
        BOOST_TEST(std::abs(media - capture) < 0.001);
        BOOST_TEST(info.packet_count == 3u);
    }
    // The publisher is told how its media came through, and how much it may send.
    BOOST_TEST(wait_until([&] {
        for (const auto& packet : alice->received_rtcp(RtcpType::receiver_report)) {
            const auto block = packet.view().report_block(0);
            if (block && block->last_sender_report == ntp_middle(kNtp)) return true;
        }
        return false;
    }));
    BOOST_TEST(wait_until([&] {
        for (const auto& packet : alice->received_rtcp(RtcpType::payload_feedback)) {
            if (packet.view().estimated_bitrate_max().value_or(0) >= 2'000'000) return true;
        }
        return false;
    }));
}

BOOST_AUTO_TEST_CASE(those_who_received_from_a_removed_participant_are_told) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    auto carol = fixture.subscribe("carol", "alice", 3);
    auto dave = fixture.publish("dave", 4);
    fixture.sfu.close_session(fixture.conference, {3});
    BOOST_TEST(wait_until([&] { return carol.peer->failed(); }));  // close_notify
    BOOST_TEST(!fixture.find<SessionFailed>(3));
    fixture.sfu.remove_participant(fixture.conference, {"alice"});
    const auto told = fixture.expect<SessionFailed>(2);
    BOOST_TEST((told.reason == Reason::success));
    BOOST_TEST(wait_until([&] { return bob.peer->failed() && alice->failed(); }));
    const auto byes = bob.peer->received_rtcp(RtcpType::bye);
    BOOST_TEST(!byes.empty());
    BOOST_TEST(!fixture.find<SessionFailed>(1));
    BOOST_TEST(!fixture.find<SessionFailed>(3));
    BOOST_TEST(!fixture.statistics(1));
    BOOST_TEST(fixture.statistics(4).has_value());
}

BOOST_AUTO_TEST_CASE(a_source_that_nobody_published_is_refused) {
    Fixture fixture;
    fixture.sfu.subscribe(fixture.conference, {"bob"}, {"alice"}, {2});
    BOOST_TEST((fixture.expect<SessionFailed>(2).reason == Reason::failed_application));
}

BOOST_AUTO_TEST_CASE(a_peer_that_never_connects_is_given_up) {
    auto config = Fixture::loopback();
    config.connect_timeout_ms_max = milliseconds(300);
    Fixture fixture(config);
    TestPeer peer(fixture.peers, IceAgent::Role::controlling);
    SessionDescription offer;
    offer.contents = published_contents();
    offer.transport = peer.describe(Fingerprint::Setup::actpass);
    fixture.sfu.publish(fixture.conference, {"alice"}, {1}, offer);
    fixture.expect<LocalDescription>(1);
    BOOST_TEST((fixture.expect<SessionFailed>(1).reason == Reason::connectivity_error));
}

BOOST_AUTO_TEST_CASE(an_offer_that_nobody_answers_is_given_up) {
    auto config = Fixture::loopback();
    config.connect_timeout_ms_max = milliseconds(1'000);
    Fixture fixture(config);
    auto alice = fixture.publish("alice", 1);
    fixture.sfu.subscribe(fixture.conference, {"bob"}, {"alice"}, {2});
    fixture.expect<LocalDescription>(2);
    BOOST_TEST((fixture.expect<SessionFailed>(2).reason == Reason::timeout));
    BOOST_TEST(!fixture.find<SessionFailed>(1));
}

BOOST_AUTO_TEST_CASE(a_peer_that_falls_silent_is_given_up_and_its_receivers_are_told) {
    auto config = Fixture::loopback();
    config.disconnect_timeout_ms_max = milliseconds(500);
    Fixture fixture(config);
    auto alice = fixture.publish("alice", 1);
    fixture.sfu.subscribe(fixture.conference, {"bob"}, {"alice"}, {2});
    fixture.expect<LocalDescription>(2);
    alice.reset();
    BOOST_TEST((fixture.expect<SessionFailed>(1).reason == Reason::timeout));
    BOOST_TEST((fixture.expect<SessionFailed>(2).reason != Reason::general_error));
}

BOOST_AUTO_TEST_CASE(a_wrong_fingerprint_is_a_security_error) {
    Fixture fixture;
    TestPeer peer(fixture.peers, IceAgent::Role::controlling);
    SessionDescription offer;
    offer.contents = published_contents();
    offer.transport = peer.describe(Fingerprint::Setup::actpass);
    offer.transport.fingerprint->value[0] =
        offer.transport.fingerprint->value[0] == 'A' ? 'B' : 'A';
    fixture.sfu.publish(fixture.conference, {"alice"}, {1}, offer);
    const auto answer = fixture.expect<LocalDescription>(1).description;
    peer.connect(answer.transport, DtlsTransport::Role::client);
    BOOST_TEST((fixture.expect<SessionFailed>(1).reason == Reason::security_error));
}

BOOST_AUTO_TEST_CASE(an_answer_that_wants_to_be_passive_makes_the_sfu_the_client) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    fixture.sfu.subscribe(fixture.conference, {"bob"}, {"alice"}, {2});
    auto offer = fixture.expect<LocalDescription>(2).description;
    TestPeer bob(fixture.peers, IceAgent::Role::controlled);
    auto answer = offer;
    answer.transport = bob.describe(Fingerprint::Setup::passive);
    bob.connect(offer.transport, DtlsTransport::Role::server);
    fixture.sfu.set_answer(fixture.conference, {2}, answer);
    BOOST_TEST(wait_until([&] { return bob.connected(); }));
    fixture.expect<SessionConnected>(2);
    send_media(*alice, 1, 3);
    BOOST_TEST(
        wait_until([&] { return bob.received_count(offer.contents[1].sources[0].ssrc) == 3; }));
}

BOOST_AUTO_TEST_CASE(garbage_is_counted_and_hurts_nobody) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    uint32_t state = 1;
    const auto next = [&] { return state = state * 1664525 + 1013904223; };
    uint64_t countable = 0;
    for (int i = 0; i < 3000; ++i) {
        std::vector<uint8_t> datagram(1 + (next() >> 16) % 1400);
        for (auto& byte : datagram)
            byte = static_cast<uint8_t>(next() >> 24);
        if (i % 2 == 0) datagram[0] = static_cast<uint8_t>(128 + (next() >> 24) % 64);
        if (i % 5 == 0 && datagram.size() > 12) write_u32(&datagram[8], kVideoSsrc);
        alice->send_raw(datagram);
        bob.peer->send_raw(datagram);
        countable += classify(datagram) != DatagramKind::dtls ? 1 : 0;
        if (i % kBurst != kBurst - 1) continue;
        BOOST_REQUIRE(
            wait_until([&] { return fixture.statistics(1)->packets_dropped == countable; }));
    }
    send_media(*alice, 10, 20);
    BOOST_TEST(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == 20; }));
    check_continuity(bob.peer->received(bob.ssrc(1)), 20, 3000);
    BOOST_TEST(packets(*fixture.statistics(1)) == 40u);
}

namespace {

size_t open_descriptors() {
    size_t count = 0;
    for (int fd = 0; fd < 1024; ++fd)
        count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(closed_sessions_leave_no_descriptors) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    const auto before = open_descriptors();
    for (uint64_t session = 2; session < 22; ++session) {
        fixture.sfu.subscribe(fixture.conference, {"bob"}, {"alice"}, {session});
        fixture.expect<LocalDescription>(session);
        if (session % 2 == 0) fixture.sfu.close_session(fixture.conference, {session});
    }
    BOOST_TEST(open_descriptors() > before);
    fixture.sfu.remove_participant(fixture.conference, {"bob"});
    BOOST_TEST(wait_until([&] { return open_descriptors() == before; }));
    alice.reset();
    fixture.sfu.end_conference(fixture.conference);
    BOOST_TEST(wait_until([&] { return open_descriptors() < before; }));
    // A conference of the same name is a new one.
    alice = fixture.publish("alice", 30);
    BOOST_TEST(alice->connected());
}

BOOST_AUTO_TEST_CASE(limits_refuse_what_is_beyond_them) {
    auto config = Fixture::loopback();
    config.participants_per_conference_max = 2;
    config.sessions_per_participant_max = 2;
    Fixture fixture(config);
    auto alice = fixture.publish("alice", 1);
    const auto refused = [&](const char* participant, uint64_t session) {
        fixture.sfu.subscribe(fixture.conference, {participant}, {"alice"}, {session});
        return wait_until([&] {
                   return fixture.find<SessionFailed>(session) ||
                          fixture.find<LocalDescription>(session);
               }) &&
               fixture.find<SessionFailed>(session).has_value();
    };
    BOOST_TEST(!refused("bob", 2));
    BOOST_TEST(!refused("bob", 3));
    BOOST_TEST(refused("bob", 4));
    BOOST_TEST(refused("carol", 5));
}

BOOST_AUTO_TEST_CASE(the_announced_addresses_are_the_public_ones) {
    auto config = Fixture::loopback();
    config.public_addresses = {"203.0.113.7"};
    config.port_min = 41'000;
    config.port_max = 41'100;
    Fixture fixture(config);
    TestPeer peer(fixture.peers, IceAgent::Role::controlling);
    SessionDescription offer;
    offer.contents = published_contents();
    offer.transport = peer.describe(Fingerprint::Setup::actpass);
    fixture.sfu.publish(fixture.conference, {"alice"}, {1}, offer);
    const auto candidates = fixture.expect<LocalDescription>(1).description.transport.candidates;
    BOOST_REQUIRE(candidates.size() == 1u);
    BOOST_TEST(candidates[0].address == "203.0.113.7");
    BOOST_TEST(candidates[0].port >= 41'000);
    BOOST_TEST(candidates[0].port <= 41'100);
    BOOST_TEST(acceptable(candidates[0]));
    BOOST_TEST(fixture.expect<LocalCandidates>(1).last);
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_bound_is_a_failed_transport) {
    auto config = Fixture::loopback();
    config.addresses = {"198.51.100.1"};
    Fixture fixture(config);
    TestPeer peer(fixture.peers, IceAgent::Role::controlling);
    SessionDescription offer;
    offer.contents = published_contents();
    offer.transport = peer.describe(Fingerprint::Setup::actpass);
    fixture.sfu.publish(fixture.conference, {"alice"}, {1}, offer);
    BOOST_TEST((fixture.expect<SessionFailed>(1).reason == Reason::failed_transport));
}

BOOST_AUTO_TEST_CASE(a_configuration_that_cannot_work_is_refused) {
    const auto ignore = [](const Event&) {};
    auto config = Fixture::loopback();
    config.addresses = {"localhost"};
    BOOST_CHECK_THROW(Sfu(config, ignore), std::invalid_argument);
    config = Fixture::loopback();
    config.public_addresses = {"0.0.0.0"};
    BOOST_CHECK_THROW(Sfu(config, ignore), std::invalid_argument);
    config = Fixture::loopback();
    config.port_min = 2;
    config.port_max = 1;
    BOOST_CHECK_THROW(Sfu(config, ignore), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(an_unknown_conference_has_no_statistics) {
    Fixture fixture;
    BOOST_TEST(!fixture.sfu.statistics({"unknown"}));
    auto alice = fixture.publish("alice", 1);
    BOOST_TEST(fixture.statistics(1).has_value());
    fixture.sfu.end_conference(fixture.conference);
    BOOST_TEST(!fixture.sfu.statistics(fixture.conference));
}

BOOST_AUTO_TEST_CASE(statistics_tell_what_a_session_carries_and_how_well) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    const auto before = fixture.statistics(1);
    BOOST_REQUIRE_EQUAL(before->streams.size(), 2u);
    BOOST_TEST(before->streams[1].codec.empty());
    BOOST_TEST(!before->streams[1].jitter);
    BOOST_REQUIRE(before->pair);
    BOOST_TEST(before->pair->local.address == "127.0.0.1");
    BOOST_TEST((before->pair->local.type == Candidate::Type::host));
    BOOST_TEST(before->pair->remote.address == "127.0.0.1");
    BOOST_TEST(before->pair->remote.port != before->pair->local.port);

    send_media(*alice, 10, 10);
    send_media(*alice, 25, 10);  // five of each are lost on the way
    BOOST_REQUIRE(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == 20; }));
    BOOST_TEST(wait_until([&] { return fixture.statistics(1)->streams[1].counters.nacks > 0; }));
    const auto in = fixture.statistics(1)->streams;
    BOOST_TEST((in[0].kind == MediaKind::audio));
    BOOST_TEST(in[0].codec == "opus");
    BOOST_TEST(in[1].codec == "VP8");
    for (const auto& stream : in) {
        BOOST_TEST(stream.counters.packets == 20u);
        BOOST_TEST(stream.packets_lost == 5u);
        BOOST_TEST(stream.jitter.has_value());
        BOOST_TEST(!stream.round_trip);
    }
    BOOST_TEST(in[0].counters.nacks == 0u);  // nobody negotiated it
    const auto out = fixture.statistics(2)->streams;
    BOOST_TEST(out[0].codec == "opus");
    BOOST_TEST(out[1].codec == "VP8");
    BOOST_TEST(out[1].counters.packets == 20u);
    BOOST_TEST(out[1].counters.bytes > 20u * 1'100);
    BOOST_TEST(!out[1].round_trip);
}

BOOST_AUTO_TEST_CASE(a_receivers_report_tells_loss_jitter_and_the_round_trip) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    send_media(*alice, 10, 3);
    RtcpWriter clock;
    clock.sender_report({.ssrc = kVideoSsrc, .ntp = 0xe0000000'00000000, .rtp_timestamp = 30'000});
    alice->send_rtcp(clock);
    std::vector<TestPeer::ReceivedRtcp> reports;
    BOOST_REQUIRE(wait_until([&] {
        reports = bob.peer->received_rtcp(RtcpType::sender_report);
        return !reports.empty();
    }));
    const auto referred_to = ntp_middle(reports.back().view().sender_info()->ntp);
    const std::array<ReportBlock, 1> block{{{.ssrc = bob.ssrc(1),
                                             .cumulative_lost = 2,
                                             .jitter = 900,
                                             .last_sender_report = referred_to,
                                             .delay_since_last_report = 0}}};
    RtcpWriter report;
    report.receiver_report(1, block);
    bob.peer->send_rtcp(report);
    BOOST_REQUIRE(
        wait_until([&] { return fixture.statistics(2)->streams[1].round_trip.has_value(); }));
    const auto video = fixture.statistics(2)->streams[1];
    BOOST_TEST((*video.round_trip < std::chrono::minutes(1)));
    BOOST_TEST(video.packets_lost == 2u);
    BOOST_TEST(video.jitter->count() == 10'000);
    BOOST_TEST(!fixture.statistics(2)->streams[0].round_trip);
}

BOOST_AUTO_TEST_CASE(an_ssrc_that_nobody_told_is_learned_from_its_payload_type) {
    Fixture fixture;
    auto contents = published_contents();
    for (auto& content : contents) {
        content.sources.clear();
        content.groups.clear();
    }
    auto alice = fixture.publish("alice", 1, contents);
    auto bob = fixture.subscribe("bob", "alice", 2);
    send_media(*alice, 10, 20);
    BOOST_TEST(wait_until([&] { return bob.peer->received_count(bob.ssrc(0)) == 20; }));
    BOOST_TEST(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == 20; }));
}

BOOST_AUTO_TEST_CASE(a_second_publication_replaces_the_first) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    auto again = fixture.publish("alice", 3);
    BOOST_TEST((fixture.expect<SessionFailed>(1).reason == Reason::success));
    BOOST_TEST((fixture.expect<SessionFailed>(2).reason == Reason::success));
    BOOST_TEST(!fixture.find<SessionFailed>(3));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
