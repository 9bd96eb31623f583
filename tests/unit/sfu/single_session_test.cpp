#include <boost/test/unit_test.hpp>

#include "sfu/sequence.hpp"
#include "tests/unit/sfu/sfu_fixture.hpp"

/// One session for both ways: clients that send their media and get the others' on one transport.
namespace parley::sfu::test {

namespace {

constexpr uint8_t kMidId = 3;
constexpr uint8_t kRidId = 4;
constexpr uint32_t kLowSsrc = 0x11111111;
constexpr uint32_t kHighSsrc = 0x22222222;

/// What bob's client sends, under numbers of its own.
std::vector<Content> bobs_contents() {
    auto contents = published_contents();
    contents[0].codecs[0].payload_type = 96;
    contents[1].codecs[0].payload_type = 111;
    contents[1].codecs[1].payload_type = 112;
    contents[1].codecs[1].parameters = {{"apt", "111"}};
    contents[0].sources = {{0x0d0d0d0d, {{"cname", "bob-cname"}, {"msid", "b audio"}}}};
    contents[1].sources = {{0x0e0e0e0e, {{"cname", "bob-cname"}, {"msid", "b video"}}}};
    contents[1].groups.clear();
    return contents;
}

/// Alice's media as offered in bob's session, which bob takes all of.
std::vector<Content> take_offer(Fixture& fixture, uint64_t session, const std::string& source) {
    fixture.sfu.offer_media(fixture.conference, {session}, {source});
    const auto offered = fixture.expect<LocalContents>(session);
    BOOST_TEST((offered.source == ParticipantId{source}));
    fixture.sfu.set_answer(fixture.conference, {session},
                           {.contents = offered.contents, .transport = {}});
    BOOST_TEST(fixture.statistics(session).has_value());  // the answer has been seen
    return offered.contents;
}

/// A camera in two encodings, told by rid, with a keyframe every fifth picture.
class SimulcastCamera {
  public:
    explicit SimulcastCamera(TestPeer& peer) : peer_(peer) {}

    static std::vector<Content> contents() {
        auto video = published_contents()[1];
        video.sources.clear();
        video.groups.clear();
        video.rids = {"l", "h"};
        video.extensions.push_back({kMidId, "urn:ietf:params:rtp-hdrext:sdes:mid"});
        video.extensions.push_back({kRidId, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"});
        return {video};
    }

    bool sends_low = true;
    bool sends_high = true;

    void send_picture() {
        const bool keyframe = picture_ % 5 == 0;
        if (sends_low) {
            send(kLowSsrc, 'l', vp8_frame(static_cast<uint16_t>(picture_), keyframe, 180), 0);
        }
        if (sends_high) {
            send(kHighSsrc, 'h', vp8_frame(static_cast<uint16_t>(7'000 + picture_), keyframe, 720),
                 30'000);
        }
        ++picture_;
    }

    /// As clients do: the lowest while anything is wanted.
    void follow(const ContentDemand& demand) {
        sends_low = demand.wanted;
        sends_high = demand.wanted && (demand.height_max == 0 || demand.height_max >= 720);
    }

  private:
    void send(uint32_t ssrc, uint8_t rid, const std::vector<uint8_t>& payload, uint16_t first) {
        const std::array<uint8_t, 1> mid{'1'};
        const std::array<ExtensionElement, 2> elements{
            {{.id = kMidId, .value = mid}, {.id = kRidId, .value = {&rid, 1}}}};
        peer_.send_rtp({.marker = true,
                        .payload_type = kVp8,
                        .sequence = static_cast<uint16_t>(first + picture_),
                        .timestamp = first * 100U + picture_ * 900,
                        .ssrc = ssrc,
                        .extensions = elements},
                       payload);
    }

    TestPeer& peer_;
    uint32_t picture_ = 0;
};

/// The height that the latest keyframe says; 0: none yet.
uint16_t latest_height(const std::vector<ReceivedRtp>& packets) {
    for (auto packet = packets.rbegin(); packet != packets.rend(); ++packet) {
        if (packet->payload.size() > 14 && packet->payload[4] == 0)
            return static_cast<uint16_t>(packet->payload[12] | packet->payload[13] << 8);
    }
    return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(single_session)

BOOST_AUTO_TEST_CASE(two_who_send_get_each_other_in_their_own_sessions) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.publish("bob", 2, bobs_contents());
    const auto of_alice = take_offer(fixture, 2, "alice");
    const auto of_bob = take_offer(fixture, 1, "bob");
    BOOST_REQUIRE_EQUAL(of_alice.size(), 2u);
    BOOST_REQUIRE_EQUAL(of_bob.size(), 2u);
    for (const auto& content : of_alice) {
        BOOST_TEST((content.name != "0" && content.name != "1"));
        BOOST_TEST((content.origin == "0" || content.origin == "1"));
    }
    // In the numbers of who receives.
    BOOST_TEST(of_alice[1].codecs[0].payload_type == 111);
    BOOST_TEST(of_bob[1].codecs[0].payload_type == kVp8);

    send_media(*alice, 100, 20);
    const auto ssrc = of_alice[1].sources[0].ssrc;
    BOOST_REQUIRE(wait_until([&] { return bob->received_count(ssrc) == 20; }));
    const auto video = bob->received(ssrc);
    BOOST_TEST(video[0].header.payload_type == 111);
    BOOST_TEST(number_of(video[19].payload) == 119);
    BOOST_TEST(alice->received_count(of_bob[1].sources[0].ssrc) == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_offered_is_not_offered_again) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1, {published_contents()[0]});
    auto bob = fixture.publish("bob", 2, bobs_contents());
    BOOST_TEST(take_offer(fixture, 2, "alice").size() == 1u);
    fixture.sfu.add_contents(fixture.conference, {1}, {published_contents()[1]});
    const auto taken = fixture.expect<LocalContents>(1);
    BOOST_TEST(!taken.source);
    BOOST_REQUIRE_EQUAL(taken.contents.size(), 1u);
    BOOST_TEST(taken.contents[0].name == "1");
    fixture.forget_events();
    const auto more = take_offer(fixture, 2, "alice");
    BOOST_REQUIRE_EQUAL(more.size(), 1u);
    BOOST_TEST(more[0].origin == "1");
    fixture.forget_events();
    BOOST_TEST(take_offer(fixture, 2, "alice").empty());

    send_media(*alice, 1, 5);
    const auto ssrc = more[0].sources[0].ssrc;
    BOOST_TEST(wait_until([&] { return bob->received_count(ssrc) == 5; }));
}

BOOST_AUTO_TEST_CASE(removed_and_paused_contents_are_not_sent) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.publish("bob", 2, bobs_contents());
    const auto offered = take_offer(fixture, 2, "alice");
    const auto audio = offered[0].sources[0].ssrc;
    const auto video = offered[1].sources[0].ssrc;
    send_media(*alice, 1, 5);
    BOOST_REQUIRE(wait_until([&] { return bob->received_count(video) == 5; }));
    fixture.sfu.set_active(fixture.conference, {2}, offered[1].name, false);
    BOOST_TEST(fixture.statistics(2).has_value());
    send_media(*alice, 6, 5);
    BOOST_REQUIRE(wait_until([&] { return bob->received_count(audio) == 10; }));
    BOOST_TEST(bob->received_count(video) == 5u);
    fixture.sfu.remove_contents(fixture.conference, {2}, {offered[0].name});
    BOOST_TEST(wait_until([&] { return fixture.statistics(2)->streams.size() == 3; }));
    // What its owner takes away is gone for all; the others' sessions live on.
    fixture.sfu.remove_contents(fixture.conference, {1}, {"1"});
    BOOST_TEST(wait_until([&] { return fixture.statistics(2)->streams.size() == 2; }));
    BOOST_TEST(fixture.statistics(1)->streams.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_sessions_of_others_outlive_a_source) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.publish("bob", 2, bobs_contents());
    take_offer(fixture, 2, "alice");
    BOOST_TEST(fixture.statistics(2)->streams.size() == 4u);
    fixture.sfu.remove_participant(fixture.conference, {"alice"});
    BOOST_TEST(wait_until([&] { return fixture.statistics(2)->streams.size() == 2; }));
    BOOST_TEST(bob->connected());
    BOOST_TEST(!fixture.find<SessionFailed>(2));
}

BOOST_AUTO_TEST_CASE(a_subscription_decides_what_goes_out) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.publish("bob", 2, bobs_contents());
    Subscription audio_only;
    audio_only.video = Subscription::Video::none;
    fixture.sfu.set_subscription(fixture.conference, {"bob"}, audio_only);
    const auto offered = take_offer(fixture, 2, "alice");
    fixture.statistics(2);
    send_media(*alice, 1, 5);
    BOOST_REQUIRE(wait_until([&] { return bob->received_count(offered[0].sources[0].ssrc) == 5; }));
    BOOST_TEST(bob->received_count(offered[1].sources[0].ssrc) == 0u);

    audio_only.overrides[{"alice"}].video = true;
    audio_only.overrides[{"alice"}].audio = false;
    fixture.sfu.set_subscription(fixture.conference, {"bob"}, audio_only);
    fixture.statistics(2);
    send_media(*alice, 6, 5);
    BOOST_TEST(wait_until([&] { return bob->received_count(offered[1].sources[0].ssrc) == 5; }));
    BOOST_TEST(bob->received_count(offered[0].sources[0].ssrc) == 5u);
}

BOOST_AUTO_TEST_CASE(encodings_are_switched_without_a_break) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1, SimulcastCamera::contents());
    BOOST_TEST((fixture.expect<LocalDescription>(1).description.contents[0].rids ==
                std::vector<std::string>{"l", "h"}));
    auto bob = fixture.publish("bob", 2, bobs_contents());
    const auto offered = take_offer(fixture, 2, "alice");
    BOOST_REQUIRE_EQUAL(offered.size(), 1u);
    BOOST_TEST(offered[0].rids.empty());
    const auto ssrc = offered[0].sources[0].ssrc;
    SimulcastCamera camera(*alice);
    const auto until_height = [&](uint16_t height) {
        return wait_until([&] {
            camera.send_picture();
            return latest_height(bob->received(ssrc)) == height;
        });
    };
    const auto layer = [&] { return fixture.statistics(2)->streams.back().layer; };
    BOOST_TEST(until_height(720));
    BOOST_TEST((layer() == ForwardedLayer{.encoding = 1, .height = 720}));
    Subscription small;
    small.height_max = 180;
    fixture.sfu.set_subscription(fixture.conference, {"bob"}, small);
    BOOST_TEST(until_height(180));
    BOOST_TEST((layer() == ForwardedLayer{.encoding = 0, .height = 180}));
    fixture.sfu.set_subscription(fixture.conference, {"bob"}, {});
    BOOST_TEST(until_height(720));

    const auto packets = bob->received(ssrc);
    for (size_t i = 1; i < packets.size(); ++i) {
        const auto& [before, now] = std::pair(packets[i - 1], packets[i]);
        BOOST_TEST(sequence_distance(before.header.sequence, now.header.sequence) == 1);
        BOOST_TEST(static_cast<int32_t>(now.header.timestamp - before.header.timestamp) > 0);
        const auto picture = [](const ReceivedRtp& packet) {
            return read_u16(&packet.payload[2]) & 0x7fff;
        };
        BOOST_TEST(picture(now) == ((picture(before) + 1) & 0x7fff));
    }
}

BOOST_AUTO_TEST_CASE(a_publisher_is_told_what_is_watched) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    const auto told = [&] {
        const auto demand = fixture.expect<ContentDemand>(1);
        BOOST_TEST(demand.content == "1");
        fixture.forget_events();
        return std::pair(demand.wanted, int{demand.height_max});
    };
    const auto wish = [&](const char* who, Subscription::Video video, uint16_t height_max) {
        Subscription wanted;
        wanted.video = video;
        wanted.height_max = height_max;
        fixture.sfu.set_subscription(fixture.conference, {who}, wanted);
    };
    using Video = Subscription::Video;
    BOOST_TEST((told() == std::pair(false, 0)));
    auto bob = fixture.publish("bob", 2, bobs_contents());
    // Before bob has answered.
    fixture.sfu.offer_media(fixture.conference, {2}, {"alice"});
    const auto offered = fixture.expect<LocalContents>(2).contents;
    BOOST_TEST((told() == std::pair(true, 0)));
    fixture.sfu.set_answer(fixture.conference, {2}, {.contents = offered, .transport = {}});
    wish("bob", Video::all, 360);
    BOOST_TEST((told() == std::pair(true, 360)));
    auto carol = fixture.subscribe("carol", "alice", 3);
    BOOST_TEST((told() == std::pair(true, 0)));
    wish("carol", Video::none, 0);
    BOOST_TEST((told() == std::pair(true, 360)));
    fixture.sfu.set_active(fixture.conference, {2}, offered[1].name, false);
    BOOST_TEST((told() == std::pair(false, 0)));
    wish("carol", Video::all, 180);
    BOOST_TEST((told() == std::pair(true, 180)));
    fixture.sfu.close_session(fixture.conference, {3});
    BOOST_TEST((told() == std::pair(false, 0)));
    fixture.sfu.set_active(fixture.conference, {2}, offered[1].name, true);
    BOOST_TEST((told() == std::pair(true, 360)));
    fixture.sfu.remove_contents(fixture.conference, {2}, {offered[1].name});
    BOOST_TEST((told() == std::pair(false, 0)));
}

BOOST_AUTO_TEST_CASE(pictures_go_on_while_encodings_go_and_come_with_what_is_watched) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1, SimulcastCamera::contents());
    auto bob = fixture.publish("bob", 2, bobs_contents());
    const auto ssrc = take_offer(fixture, 2, "alice")[0].sources[0].ssrc;
    SimulcastCamera camera(*alice);
    const auto until = [&](const std::function<bool()>& condition) {
        return wait_until([&] {
            if (const auto demand = fixture.find<ContentDemand>(1)) {
                camera.follow(*demand);
                fixture.forget_events();
            }
            camera.send_picture();
            return condition();
        });
    };
    const auto shows = [&](uint16_t height) {
        return latest_height(bob->received(ssrc)) == height;
    };
    const auto wish = [&](Subscription::Video video, uint16_t height_max) {
        Subscription wanted;
        wanted.video = video;
        wanted.height_max = height_max;
        fixture.sfu.set_subscription(fixture.conference, {"bob"}, wanted);
    };
    using Video = Subscription::Video;
    BOOST_TEST(until([&] { return shows(720); }));
    wish(Video::all, 180);
    BOOST_TEST(until([&] { return shows(180) && !camera.sends_high; }));
    const auto before = bob->received_count(ssrc);
    BOOST_TEST(until([&] { return bob->received_count(ssrc) > before + 20; }));
    BOOST_TEST(shows(180));
    wish(Video::none, 0);
    BOOST_TEST(until([&] { return !camera.sends_low; }));
    BOOST_TEST(!camera.sends_high);
    const auto paused = bob->received_count(ssrc);
    wish(Video::all, 0);
    BOOST_TEST(until([&] { return shows(180) && bob->received_count(ssrc) > paused; }));
    BOOST_TEST(until([&] { return shows(720); }));
}

BOOST_AUTO_TEST_CASE(publishers_are_told_what_arrived) {
    Fixture fixture;
    auto contents = published_contents();
    contents[1].codecs[0].feedback.push_back({"transport-cc", ""});
    contents[1].extensions.push_back(
        {5, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"});
    auto alice = fixture.publish("alice", 1, contents);
    for (uint16_t number = 0; number < 10; ++number) {
        std::array<uint8_t, 2> sequence{};
        write_u16(sequence.data(), static_cast<uint16_t>(65'530 + number));
        const ExtensionElement element{.id = 5, .value = sequence};
        alice->send_rtp({.payload_type = kVp8,
                         .sequence = number,
                         .timestamp = number * 3000U,
                         .ssrc = kVideoSsrc,
                         .extensions = {&element, 1}},
                        numbered_payload(number, 200));
    }
    size_t told = 0;
    BOOST_TEST(wait_until([&] {
        told = 0;
        for (const auto& packet : alice->received_rtcp(RtcpType::transport_feedback)) {
            auto reader = TransportFeedbackReader::parse(packet.view());
            while (const auto status = reader ? reader->next() : std::nullopt)
                told += status->arrival ? 1 : 0;
        }
        return told >= 10;
    }));
    BOOST_TEST(told == 10u);
}

BOOST_AUTO_TEST_CASE(who_speaks_is_told_and_only_the_loudest_are_heard) {
    auto config = Fixture::loopback();
    config.audible_participants_max = 1;
    Fixture fixture(config);
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.publish("bob", 2, bobs_contents());
    auto carol_contents = bobs_contents();
    carol_contents[0].sources[0].ssrc = 0x0f0f0f0f;
    auto carol = fixture.publish("carol", 3, carol_contents);
    const auto of_alice = take_offer(fixture, 3, "alice");
    fixture.forget_events();
    const auto of_bob = take_offer(fixture, 3, "bob");
    const auto say = [](TestPeer& peer, uint32_t ssrc, uint8_t type, uint8_t level, uint16_t i) {
        const ExtensionElement element{.id = kLevelId, .value = {&level, 1}};
        peer.send_rtp({.payload_type = type,
                       .sequence = i,
                       .timestamp = i * 960U,
                       .ssrc = ssrc,
                       .extensions = {&element, 1}},
                      numbered_payload(i, 80));
    };
    uint16_t i = 0;
    const auto ssrc_of_alice = of_alice[0].sources[0].ssrc;
    const auto ssrc_of_bob = of_bob[0].sources[0].ssrc;
    const auto speak = [&](bool alice_speaks, bool bob_speaks) {
        say(*alice, kAudioSsrc, kOpus, alice_speaks ? 20 : 127, ++i);
        say(*bob, 0x0d0d0d0d, 96, bob_speaks ? 20 : 127, i);
        std::this_thread::sleep_for(milliseconds(5));
    };
    // What they sound like when nobody speaks.
    for (int silent = 0; silent < 200; ++silent)
        speak(false, false);
    BOOST_TEST(wait_until([&] {
        speak(true, false);
        return fixture.dominant() == ParticipantId{"alice"};
    }));
    BOOST_TEST(carol->received_count(ssrc_of_alice) > 0u);
    BOOST_TEST(wait_until([&] {
        speak(false, true);
        return fixture.dominant() == ParticipantId{"bob"} &&
               carol->received_count(ssrc_of_bob) > 10;
    }));
    for (const auto ssrc : {ssrc_of_alice, ssrc_of_bob}) {
        const auto heard = carol->received(ssrc);
        BOOST_TEST(heard.size() < i);
        for (size_t k = 1; k < heard.size(); ++k)
            BOOST_TEST(sequence_distance(heard[k - 1].header.sequence, heard[k].header.sequence) ==
                       1);
    }
}

BOOST_AUTO_TEST_CASE(an_ice_restart_leaves_the_session_alive) {
    Fixture fixture;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    const auto before = fixture.expect<LocalDescription>(1).description.transport;
    const auto remote = alice->restart_ice();
    fixture.sfu.restart_ice(fixture.conference, {1}, remote);
    const auto local = fixture.expect<LocalTransport>(1).transport;
    BOOST_TEST(local.ufrag != before.ufrag);
    BOOST_TEST(!local.candidates.empty());
    alice->set_remote(local);
    send_media(*alice, 1, 5);
    BOOST_TEST(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == 5; }));
    BOOST_TEST(!fixture.find<SessionFailed>(1));
    fixture.sfu.restart_ice(fixture.conference, {1},
                            {.ufrag = "x", .pwd = "y", .fingerprint = {}, .candidates = {}});
    send_media(*alice, 6, 5);
    BOOST_TEST(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == 10; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
