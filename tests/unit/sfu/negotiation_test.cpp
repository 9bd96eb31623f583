#include "sfu/negotiation.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>

namespace parley::sfu::test {

namespace {

Codec opus(uint8_t payload_type = 111) {
    return {.payload_type = payload_type,
            .name = "opus",
            .clock_rate = 48'000,
            .channels = 2,
            .parameters = {{"minptime", "10"}, {"useinbandfec", "1"}},
            .feedback = {{"transport-cc", ""}}};
}

Codec red() {
    return {.payload_type = 63,
            .name = "red",
            .clock_rate = 48'000,
            .channels = 2,
            .parameters = {{"", "111/111"}},
            .feedback = {}};
}

Codec vp8(uint8_t payload_type = 96) {
    return {.payload_type = payload_type,
            .name = "VP8",
            .clock_rate = 90'000,
            .parameters = {},
            .feedback = {{"goog-remb", ""},
                         {"transport-cc", ""},
                         {"ccm", "fir"},
                         {"nack", ""},
                         {"nack", "pli"}}};
}

Codec rtx(uint8_t payload_type, const char* apt) {
    return {.payload_type = payload_type,
            .name = "rtx",
            .clock_rate = 90'000,
            .parameters = {{"apt", apt}},
            .feedback = {}};
}

Codec named(uint8_t payload_type, const char* name, uint32_t clock_rate) {
    return {.payload_type = payload_type,
            .name = name,
            .clock_rate = clock_rate,
            .parameters = {},
            .feedback = {}};
}

/// What Chromium offers, abridged.
SessionDescription browser_offer() {
    SessionDescription offer;
    Content audio;
    audio.name = "0";
    audio.kind = MediaKind::audio;
    audio.codecs = {red(), opus(), named(9, "G722", 8'000), named(110, "telephone-event", 48'000)};
    audio.extensions = {
        {1, std::string(kAudioLevelUri)},
        {2, std::string(kAbsSendTimeUri)},
        {3, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"},
        {4, std::string(kMidUri)}};
    audio.sources = {{1001, {{"cname", "c/+name"}, {"msid", "{stream} audio"}}}};
    Content video;
    video.name = "1";
    video.kind = MediaKind::video;
    video.codecs = {named(98, "VP9", 90'000), rtx(99, "98"), vp8(), rtx(97, "96")};
    video.extensions = {{2, std::string(kAbsSendTimeUri)},
                        {4, std::string(kMidUri)},
                        {13, std::string(kVideoOrientationUri)}};
    video.sources = {{2001, {{"cname", "c/+name"}, {"msid", "{stream} video"}}},
                     {2002, {{"cname", "c/+name"}, {"msid", "{stream} video"}}}};
    video.groups = {{"FID", {2001, 2002}}};
    offer.contents = {audio, video};
    offer.transport = {.ufrag = "abcd",
                       .pwd = std::string(24, 'p'),
                       .fingerprint = Fingerprint{.hash = "sha-256", .value = "AB:CD"},
                       .candidates = {}};
    return offer;
}

const CodecRules kAll{.video_preference = {"VP8", "VP9", "H264", "AV1"},
                      .usable = [](const Codec&) { return true; }};

std::vector<Content> offer_to_receiver(const std::vector<PublishedContent>& published,
                                       Numbering numbering = {}) {
    std::vector<Content> contents;
    uint32_t ssrc = 9000;
    for (const auto& each : published) {
        const auto content = offer_content(
            each, numbering, {.content = each.answer.name, .token = "name", .next_ssrc = [&ssrc] {
                                  return ++ssrc;
                              }});
        if (content) contents.push_back(*content);
    }
    return contents;
}

SessionDescription accept_all(const std::vector<Content>& offered) {
    SessionDescription answer = browser_offer();
    answer.contents = offered;
    answer.transport.fingerprint->setup = Fingerprint::Setup::active;
    return answer;
}

std::vector<unsigned> payload_types(const Content& content) {
    std::vector<unsigned> types;
    for (const auto& codec : content.codecs)
        types.push_back(codec.payload_type);
    return types;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(negotiation)

BOOST_AUTO_TEST_CASE(a_browsers_offer_is_answered_with_what_is_forwarded) {
    const auto published = negotiate_publication(browser_offer(), kAll);
    BOOST_REQUIRE(published.has_value());
    BOOST_REQUIRE(published->size() == 2u);
    const auto& audio = (*published)[0];
    BOOST_TEST(payload_types(audio.answer) == (std::vector<unsigned>{111, 63}),
               boost::test_tools::per_element());
    BOOST_TEST((audio.answer.codecs[0].parameters == opus().parameters));
    BOOST_TEST((audio.answer.codecs[1].parameters == red().parameters));
    BOOST_TEST(
        (audio.answer.codecs[0].feedback == std::vector<RtcpFeedback>{{"transport-cc", ""}}));
    BOOST_TEST((audio.answer.direction == Direction::receive));
    BOOST_TEST(audio.answer.sources.empty());
    BOOST_TEST(audio.answer.extensions.size() == 4u);
    BOOST_REQUIRE(audio.encodings.size() == 1u);
    BOOST_TEST(audio.encodings[0].ssrc == 1001u);
    BOOST_TEST(audio.encodings[0].rtx_ssrc == 0u);
    BOOST_TEST(audio.cname == "c/+name");

    const auto& video = (*published)[1];
    BOOST_TEST(payload_types(video.answer) == (std::vector<unsigned>{96, 97, 98, 99}),
               boost::test_tools::per_element());
    const std::vector<RtcpFeedback> feedback{
        {"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"transport-cc", ""}, {"goog-remb", ""}};
    BOOST_TEST((video.answer.codecs[0].feedback == feedback));
    BOOST_REQUIRE(video.encodings.size() == 1u);
    BOOST_TEST(video.encodings[0].ssrc == 2001u);
    BOOST_TEST(video.encodings[0].rtx_ssrc == 2002u);
    BOOST_TEST(video.msid == "{stream} video");
}

BOOST_AUTO_TEST_CASE(offers_that_cannot_be_served_are_refused_with_the_reason) {
    struct Case {
        const char* name;
        void (*change)(SessionDescription&);
        Reason reason;
    };

    const Case cases[]{
        {"no fingerprint", [](auto& o) { o.transport.fingerprint.reset(); },
         Reason::security_error},
        {"md5", [](auto& o) { o.transport.fingerprint->hash = "md5"; }, Reason::security_error},
        {"passive", [](auto& o) { o.transport.fingerprint->setup = Fingerprint::Setup::passive; },
         Reason::security_error},
        {"no rtcp-mux", [](auto& o) { o.contents[1].rtcp_mux = false; },
         Reason::unsupported_transports},
        {"no BUNDLE", [](auto& o) { o.bundled = false; }, Reason::unsupported_transports},
        {"no ufrag", [](auto& o) { o.transport.ufrag.clear(); }, Reason::unsupported_transports},
        {"short pwd", [](auto& o) { o.transport.pwd = "short"; }, Reason::unsupported_transports},
        {"no contents", [](auto& o) { o.contents.clear(); }, Reason::incompatible_parameters},
        {"nine contents", [](auto& o) { o.contents.resize(9, o.contents[0]); },
         Reason::incompatible_parameters},
        {"too many codecs", [](auto& o) { o.contents[0].codecs.resize(65, opus()); },
         Reason::incompatible_parameters},
        {"no codec in common",
         [](auto& o) {
             o.contents[0].codecs = {named(9, "G722", 8'000)};
             o.contents[1].codecs = {named(98, "H263", 90'000)};
         },
         Reason::unsupported_applications},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            auto offer = browser_offer();
            each.change(offer);
            const auto published = negotiate_publication(offer, kAll);
            BOOST_REQUIRE(!published.has_value());
            BOOST_TEST((published.error().reason == each.reason));
            BOOST_TEST(!published.error().text.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(reduced_size_rtcp_is_answered_where_it_is_offered_and_always_offered) {
    auto offer = browser_offer();
    offer.contents[1].rtcp_reduced_size = true;
    const auto published = *negotiate_publication(offer, kAll);
    BOOST_TEST(!published[0].answer.rtcp_reduced_size);
    BOOST_TEST(published[1].answer.rtcp_reduced_size);
    for (const auto& content : offer_to_receiver(published))
        BOOST_TEST(content.rtcp_reduced_size);
}

BOOST_AUTO_TEST_CASE(contents_without_a_common_codec_are_left_out) {
    auto offer = browser_offer();
    offer.contents[1].codecs = {named(98, "H264", 90'000)};  // packetization-mode 0
    const auto published = negotiate_publication(offer, kAll);
    BOOST_REQUIRE(published.has_value());
    BOOST_REQUIRE(published->size() == 1u);
    BOOST_TEST((*published)[0].answer.name == "0");
}

BOOST_AUTO_TEST_CASE(opus_has_two_channels_whatever_the_publisher_says) {
    auto offer = browser_offer();
    offer.contents[0].codecs = {named(111, "OPUS", 48'000)};
    const auto published = negotiate_publication(offer, kAll);
    BOOST_REQUIRE(published.has_value());
    BOOST_TEST((*published)[0].answer.codecs[0].channels == 2);
    BOOST_TEST(offer_to_receiver(*published)[0].codecs[0].channels == 2);
}

BOOST_AUTO_TEST_CASE(an_extension_id_has_one_meaning_in_the_bundle) {
    auto offer = browser_offer();
    offer.contents[1].extensions = {{1, std::string(kAbsSendTimeUri)},  // taken by audio level
                                    {2, std::string(kAbsSendTimeUri)},
                                    {5, std::string(kAbsSendTimeUri)},  // said twice
                                    {0, std::string(kMidUri)},
                                    {15, std::string(kMidUri)}};
    const auto published = negotiate_publication(offer, kAll);
    BOOST_REQUIRE(published.has_value());
    const std::vector<HeaderExtension> expected{{2, std::string(kAbsSendTimeUri)}};
    BOOST_TEST(((*published)[1].answer.extensions == expected));
}

BOOST_AUTO_TEST_CASE(names_that_are_no_tokens_are_not_passed_on) {
    auto offer = browser_offer();
    offer.contents[0].sources[0].attributes = {{"cname", "a b"}, {"msid", "<x/> y"}};
    offer.contents[1].sources.clear();
    const auto published = negotiate_publication(offer, kAll);
    BOOST_REQUIRE(published.has_value());
    const auto contents = offer_to_receiver(*published);
    BOOST_TEST((contents[0].sources[0].attributes ==
                std::vector<Parameter>{{"cname", "name"}, {"msid", "name name-0"}}));
    BOOST_TEST((contents[1].sources[0].attributes ==
                std::vector<Parameter>{{"cname", "name"}, {"msid", "name name-1"}}));
}

BOOST_AUTO_TEST_CASE(what_the_client_does_not_send_in_is_answered_as_inactive) {
    auto offer = browser_offer();
    offer.contents[0].direction = Direction::send;
    offer.contents[1].direction = Direction::both;
    const auto published = negotiate_publication(offer, kAll);
    BOOST_REQUIRE(published.has_value());
    BOOST_TEST(((*published)[0].answer.direction == Direction::inactive));
    BOOST_TEST(((*published)[1].answer.direction == Direction::receive));
}

BOOST_AUTO_TEST_CASE(codecs_that_not_all_can_decode_come_into_question_only_alone) {
    const CodecRules rules{.video_preference = {"VP9", "VP8"},
                           .usable = [](const Codec& codec) { return codec.name != "VP9"; }};
    const auto both = *negotiate_publication(browser_offer(), rules);
    BOOST_TEST(payload_types(both[1].answer) == (std::vector<unsigned>{96, 97}),
               boost::test_tools::per_element());
    const CodecRules only{.video_preference = {"VP9"}, .usable = rules.usable};
    const auto one = *negotiate_publication(browser_offer(), only);
    BOOST_TEST(payload_types(one[1].answer) == (std::vector<unsigned>{98, 99}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(simulcast_is_taken_by_rid_or_by_group) {
    auto offer = browser_offer();
    auto& video = offer.contents[1];
    video.rids = {"l", "m", "not a rid", "h"};
    auto published = *negotiate_publication(offer, kAll);
    BOOST_REQUIRE(published[1].encodings.size() == 3u);
    BOOST_TEST(published[1].encodings[2].rid == "h");
    BOOST_TEST(published[1].encodings[2].ssrc == 0u);
    BOOST_TEST((published[1].answer.rids == std::vector<std::string>{"l", "m", "h"}));
    BOOST_TEST(published[1].msid == "{stream} video");

    video.rids.clear();
    video.sources = {{11, {}}, {12, {}}, {21, {}}, {22, {}}};
    video.groups = {{"SIM", {11, 21, 31}}, {"FID", {11, 12}}, {"FID", {21, 22}}};
    published = *negotiate_publication(offer, kAll);
    BOOST_REQUIRE(published[1].encodings.size() == 2u);  // 31 is no source
    BOOST_TEST(published[1].encodings[1].ssrc == 21u);
    BOOST_TEST(published[1].encodings[1].rtx_ssrc == 22u);
    BOOST_TEST(published[1].answer.rids.empty());
}

BOOST_AUTO_TEST_CASE(receivers_are_offered_own_ssrcs_and_the_publishers_payload_types) {
    const auto published = negotiate_publication(browser_offer(), kAll);
    const auto contents = offer_to_receiver(*published);
    BOOST_REQUIRE(contents.size() == 2u);
    BOOST_TEST((contents[0].direction == Direction::send));
    BOOST_TEST(contents[0].origin == "0");
    BOOST_TEST(contents[0].sources.size() == 1u);
    BOOST_TEST(contents[0].groups.empty());
    BOOST_REQUIRE(contents[1].sources.size() == 2u);
    BOOST_TEST((contents[1].groups == std::vector<SourceGroup>{{"FID", {9002, 9003}}}));
    BOOST_TEST((contents[1].sources[1].attributes ==
                std::vector<Parameter>{{"cname", "c/+name"}, {"msid", "{stream} video"}}));
    BOOST_TEST(payload_types(contents[1]) == (std::vector<unsigned>{96, 97, 98, 99}),
               boost::test_tools::per_element());
    const std::vector<RtcpFeedback> feedback{
        {"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"transport-cc", ""}, {"goog-remb", ""}};
    BOOST_TEST((contents[1].codecs[0].feedback == feedback));
    for (const auto& content : contents) {
        for (const auto& extension : content.extensions)
            BOOST_TEST(extension.uri != kMidUri);
    }
}

BOOST_AUTO_TEST_CASE(a_receiver_is_offered_what_it_can_decode_in_its_own_numbers) {
    const auto published = *negotiate_publication(browser_offer(), kAll);
    Content own;
    own.kind = MediaKind::video;
    own.name = "v";
    own.codecs = {vp8(120), rtx(121, "120"), named(98, "AV1", 90'000)};
    own.extensions = {{1, std::string(kTransportSequenceUri)}};
    Numbering numbering;
    numbering.learn(own);
    const auto contents = offer_to_receiver(published, numbering);
    BOOST_REQUIRE(contents.size() == 2u);
    BOOST_TEST(payload_types(contents[0]) == (std::vector<unsigned>{111, 63}),
               boost::test_tools::per_element());  // it named no audio
    BOOST_TEST(payload_types(contents[1]) == (std::vector<unsigned>{120, 121}),
               boost::test_tools::per_element());  // no VP9
    std::map<std::string, unsigned> ids;
    for (const auto& content : contents) {
        for (const auto& extension : content.extensions)
            BOOST_TEST(ids.try_emplace(extension.uri, extension.id).first->second == extension.id);
    }
    BOOST_TEST(ids.at(std::string(kTransportSequenceUri)) == 1u);
    BOOST_TEST(ids.at(std::string(kAudioLevelUri)) != 1u);

    own.codecs = {named(98, "AV1", 90'000)};
    Numbering other;
    other.learn(own);
    BOOST_TEST(offer_to_receiver(published, other).size() == 1u);
}

BOOST_AUTO_TEST_CASE(free_numbers_run_out_without_harm) {
    Content own;
    own.kind = MediaKind::audio;
    for (uint8_t type = 35; type <= 63; ++type)
        own.codecs.push_back(named(type, "x", 8'000));
    for (uint8_t type = 96; type <= 126; ++type)
        own.codecs.push_back(named(type, "x", 8'000));
    Numbering numbering;
    numbering.learn(own);
    BOOST_TEST((numbering.payload_type(MediaKind::video, vp8(96)) == uint8_t{127}));
    BOOST_TEST((numbering.payload_type(MediaKind::video, vp8(99)) == uint8_t{127}));
    BOOST_TEST(!numbering.payload_type(MediaKind::video, named(98, "VP9", 90'000)));
    for (uint8_t i = 1; i <= 14; ++i)
        BOOST_TEST((numbering.extension_id("urn:" + std::to_string(i), 3) != std::nullopt));
    BOOST_TEST(!numbering.extension_id("urn:15", 3));
}

BOOST_AUTO_TEST_CASE(an_answer_decides_what_is_sent_and_how) {
    const auto published = *negotiate_publication(browser_offer(), kAll);
    const auto offered = offer_to_receiver(published);
    auto answer = accept_all(offered);
    // RFC 3264 s6.1 lets the answerer use other numbers for what it wants to receive.
    answer.contents[1].codecs = {vp8(120), rtx(121, "120")};
    answer.contents[1].extensions = {{7, std::string(kAbsSendTimeUri)},
                                     {8, std::string(kVideoOrientationUri)},
                                     {9, std::string(kTransportSequenceUri)}};
    const auto audio = *rules_for(published[0], offered[0], answer.contents[0]);
    BOOST_TEST(audio.payload_types[111] == 111);
    BOOST_TEST(audio.payload_types[63] == 63);
    BOOST_TEST(audio.extension_ids[1] == 1);
    BOOST_TEST(audio.rtx_ssrc == 0u);
    BOOST_TEST(audio.clock_rate == 48'000u);
    const auto video = *rules_for(published[1], offered[1], answer.contents[1]);
    BOOST_TEST(video.ssrc == 9002u);
    BOOST_TEST(video.rtx_ssrc == 9003u);
    BOOST_TEST(video.payload_types[96] == 120);
    BOOST_TEST(video.payload_types[97] == RewriteRules::kRefused);
    BOOST_TEST(video.payload_types[98] == RewriteRules::kRefused);
    BOOST_TEST(video.rtx_payload_types[120] == 121);
    BOOST_TEST(video.abs_send_time_id == 7);
    BOOST_TEST(video.transport_sequence_id == 9);
    BOOST_TEST(video.extension_ids[13] == 8);
    BOOST_TEST(video.extension_ids[2] == 0);
}

BOOST_AUTO_TEST_CASE(red_passes_only_with_the_same_opus_inside_and_is_else_unpacked) {
    const auto published = *negotiate_publication(browser_offer(), kAll);
    const auto offered = offer_to_receiver(published);
    auto answer = accept_all(offered);
    answer.contents[0].codecs = {opus(100), red()};
    const auto rules = *rules_for(published[0], offered[0], answer.contents[0]);
    BOOST_TEST(rules.payload_types[111] == 100);
    BOOST_TEST(rules.payload_types[63] == RewriteRules::kRefused);
    BOOST_TEST(rules.unpacked_type == 63);
    answer.contents[0].codecs = {opus()};
    BOOST_TEST(rules_for(published[0], offered[0], answer.contents[0])->unpacked_type == 63);
    answer.contents[0].codecs = {opus(), red()};
    BOOST_TEST(rules_for(published[0], offered[0], answer.contents[0])->unpacked_type ==
               RewriteRules::kRefused);
    // Nor is it offered where the receiver has Opus under another number.
    Content own;
    own.kind = MediaKind::audio;
    own.codecs = {opus(109), named(63, "red", 48'000)};
    Numbering numbering;
    numbering.learn(own);
    BOOST_TEST(
        payload_types(offer_to_receiver(published, numbering)[0]) == (std::vector<unsigned>{109}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_the_receiver_does_not_want_is_not_sent) {
    const auto published = *negotiate_publication(browser_offer(), kAll);
    const auto offered = offer_to_receiver(published);
    auto answer = accept_all(offered);
    auto& video = answer.contents[1];
    video.codecs = {vp8()};  // without RTX
    BOOST_TEST(rules_for(published[1], offered[1], video)->rtx_ssrc == 0u);
    video.codecs = {named(100, "H264", 90'000)};
    BOOST_TEST(!rules_for(published[1], offered[1], video));
    video = offered[1];
    video.direction = Direction::inactive;
    BOOST_TEST(!rules_for(published[1], offered[1], video));

    answer.transport.fingerprint->setup = Fingerprint::Setup::actpass;
    BOOST_TEST((check_answer(answer).error().reason == Reason::security_error));
}

BOOST_AUTO_TEST_CASE(codecs_are_the_same_where_a_decoder_of_one_takes_the_other) {
    const auto with = [](const char* name, std::vector<Parameter> parameters) {
        auto codec = named(100, name, 90'000);
        codec.parameters = std::move(parameters);
        return codec;
    };

    struct Case {
        const char* name;
        Codec a;
        Codec b;
        bool same;
    };

    const std::vector<Case> cases{
        {"case of the name", with("vp8", {}), with("VP8", {}), true},
        {"clock rate", named(0, "opus", 48'000), named(0, "opus", 16'000), false},
        {"level", with("H264", {{"profile-level-id", "42e01f"}, {"packetization-mode", "1"}}),
         with("H264", {{"profile-level-id", "42E034"}, {"packetization-mode", "1"}}), true},
        {"profile", with("H264", {{"profile-level-id", "42e01f"}, {"packetization-mode", "1"}}),
         with("H264", {{"profile-level-id", "640c1f"}, {"packetization-mode", "1"}}), false},
        {"packetization", with("H264", {{"packetization-mode", "1"}}), with("H264", {}), false},
        {"VP9 profile by default", with("VP9", {{"profile-id", "0"}}), with("VP9", {}), true},
        {"VP9 profile", with("VP9", {{"profile-id", "2"}}), with("VP9", {}), false},
        {"AV1 profile", with("AV1", {{"profile", "1"}}), with("AV1", {{"profile", "0"}}), false},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            BOOST_TEST(same_codec(each.a, each.b) == each.same);
            BOOST_TEST(same_codec(each.b, each.a) == each.same);
        }
    }
}

BOOST_AUTO_TEST_CASE(associated_payload_types_are_numbers) {
    BOOST_TEST(associated_payload_type(rtx(97, "96")) == 96);
    BOOST_TEST(associated_payload_type(rtx(97, "96x")) == -1);
    BOOST_TEST(associated_payload_type(rtx(97, "")) == -1);
    BOOST_TEST(associated_payload_type(vp8()) == -1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
