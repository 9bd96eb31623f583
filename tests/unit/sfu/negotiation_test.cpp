#include "sfu/negotiation.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

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

std::vector<Content> offer_to_receiver(const std::vector<PublishedContent>& published) {
    return offer_contents(published, "name", [ssrc = uint32_t{9000}]() mutable { return ++ssrc; });
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
    const auto published = negotiate_publication(browser_offer());
    BOOST_REQUIRE(published.has_value());
    BOOST_REQUIRE(published->size() == 2u);
    const auto& audio = (*published)[0];
    BOOST_TEST(payload_types(audio.answer) == (std::vector<unsigned>{111, 63}),
               boost::test_tools::per_element());
    BOOST_TEST((audio.answer.codecs[0].parameters == opus().parameters));
    BOOST_TEST((audio.answer.codecs[1].parameters == red().parameters));
    BOOST_TEST(audio.answer.codecs[0].feedback.empty());
    BOOST_TEST((audio.answer.direction == Direction::receive));
    BOOST_TEST(audio.answer.sources.empty());
    BOOST_TEST(audio.answer.extensions.size() == 3u);  // all but transport-wide-cc
    BOOST_TEST(audio.ssrc == 1001u);
    BOOST_TEST(audio.rtx_ssrc == 0u);
    BOOST_TEST(audio.cname == "c/+name");

    const auto& video = (*published)[1];
    BOOST_TEST(payload_types(video.answer) == (std::vector<unsigned>{96, 97}),
               boost::test_tools::per_element());
    const std::vector<RtcpFeedback> feedback{
        {"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"goog-remb", ""}};
    BOOST_TEST((video.answer.codecs[0].feedback == feedback));
    BOOST_TEST(video.ssrc == 2001u);
    BOOST_TEST(video.rtx_ssrc == 2002u);
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
        {"nothing sent",
         [](auto& o) {
             for (auto& content : o.contents)
                 content.direction = Direction::send;
         },
         Reason::unsupported_applications},
        {"no codec in common",
         [](auto& o) {
             o.contents[0].codecs = {named(9, "G722", 8'000)};
             o.contents[1].codecs = {named(98, "VP9", 90'000)};
         },
         Reason::unsupported_applications},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            auto offer = browser_offer();
            each.change(offer);
            const auto published = negotiate_publication(offer);
            BOOST_REQUIRE(!published.has_value());
            BOOST_TEST((published.error().reason == each.reason));
            BOOST_TEST(!published.error().text.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(contents_without_a_common_codec_are_left_out) {
    auto offer = browser_offer();
    offer.contents[1].codecs = {named(98, "H264", 90'000)};
    const auto published = negotiate_publication(offer);
    BOOST_REQUIRE(published.has_value());
    BOOST_REQUIRE(published->size() == 1u);
    BOOST_TEST((*published)[0].answer.name == "0");
}

BOOST_AUTO_TEST_CASE(an_extension_id_has_one_meaning_in_the_bundle) {
    auto offer = browser_offer();
    offer.contents[1].extensions = {{1, std::string(kAbsSendTimeUri)},  // taken by audio level
                                    {2, std::string(kAbsSendTimeUri)},
                                    {5, std::string(kAbsSendTimeUri)},  // said twice
                                    {0, std::string(kMidUri)},
                                    {15, std::string(kMidUri)}};
    const auto published = negotiate_publication(offer);
    BOOST_REQUIRE(published.has_value());
    const std::vector<HeaderExtension> expected{{2, std::string(kAbsSendTimeUri)}};
    BOOST_TEST(((*published)[1].answer.extensions == expected));
}

BOOST_AUTO_TEST_CASE(names_that_are_no_tokens_are_not_passed_on) {
    auto offer = browser_offer();
    offer.contents[0].sources[0].attributes = {{"cname", "a b"}, {"msid", "<x/> y"}};
    offer.contents[1].sources.clear();
    const auto published = negotiate_publication(offer);
    BOOST_REQUIRE(published.has_value());
    const auto contents = offer_to_receiver(*published);
    BOOST_TEST((contents[0].sources[0].attributes ==
                std::vector<Parameter>{{"cname", "name"}, {"msid", "name name-0"}}));
    BOOST_TEST((contents[1].sources[0].attributes ==
                std::vector<Parameter>{{"cname", "name"}, {"msid", "name name-1"}}));
}

BOOST_AUTO_TEST_CASE(receivers_are_offered_own_ssrcs_and_the_publishers_payload_types) {
    const auto published = negotiate_publication(browser_offer());
    const auto contents = offer_to_receiver(*published);
    BOOST_REQUIRE(contents.size() == 2u);
    BOOST_TEST((contents[0].direction == Direction::send));
    BOOST_TEST(contents[0].sources.size() == 1u);
    BOOST_TEST(contents[0].groups.empty());
    BOOST_REQUIRE(contents[1].sources.size() == 2u);
    BOOST_TEST((contents[1].groups == std::vector<SourceGroup>{{"FID", {9002, 9003}}}));
    BOOST_TEST((contents[1].sources[1].attributes ==
                std::vector<Parameter>{{"cname", "c/+name"}, {"msid", "{stream} video"}}));
    BOOST_TEST(payload_types(contents[1]) == (std::vector<unsigned>{96, 97}),
               boost::test_tools::per_element());
    const std::vector<RtcpFeedback> feedback{{"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}};
    BOOST_TEST((contents[1].codecs[0].feedback == feedback));
    for (const auto& content : contents) {
        for (const auto& extension : content.extensions)
            BOOST_TEST(extension.uri != kMidUri);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_decides_what_is_sent_and_how) {
    const auto published = *negotiate_publication(browser_offer());
    const auto offered = offer_to_receiver(published);
    auto answer = accept_all(offered);
    // RFC 3264 s6.1 lets the answerer use other numbers for what it wants to receive.
    answer.contents[1].codecs = {vp8(120), rtx(121, "120")};
    answer.contents[1].extensions = {{7, std::string(kAbsSendTimeUri)},
                                     {8, std::string(kVideoOrientationUri)}};
    const auto subscriptions = negotiate_subscription(published, offered, answer);
    BOOST_REQUIRE(subscriptions.has_value());
    BOOST_REQUIRE(subscriptions->size() == 2u);
    const auto& audio = (*subscriptions)[0].rules;
    BOOST_TEST(audio.payload_types[111] == 111);
    BOOST_TEST(audio.payload_types[63] == 63);
    BOOST_TEST(audio.extension_ids[1] == 1);
    BOOST_TEST(audio.rtx_ssrc == 0u);
    BOOST_TEST(audio.clock_rate == 48'000u);
    const auto& video = (*subscriptions)[1].rules;
    BOOST_TEST(video.ssrc == 9002u);
    BOOST_TEST(video.rtx_ssrc == 9003u);
    BOOST_TEST(video.payload_types[96] == 120);
    BOOST_TEST(video.payload_types[97] == RewriteRules::kRefused);
    BOOST_TEST(video.rtx_payload_types[120] == 121);
    BOOST_TEST(video.abs_send_time_id == 7);
    BOOST_TEST(video.extension_ids[13] == 8);
    BOOST_TEST(video.extension_ids[2] == 0);
}

BOOST_AUTO_TEST_CASE(red_passes_only_with_the_same_opus_inside) {
    const auto published = *negotiate_publication(browser_offer());
    const auto offered = offer_to_receiver(published);
    auto answer = accept_all(offered);
    answer.contents[0].codecs = {opus(100), red()};
    const auto subscriptions = negotiate_subscription(published, offered, answer);
    BOOST_REQUIRE(subscriptions.has_value());
    BOOST_TEST((*subscriptions)[0].rules.payload_types[111] == 100);
    BOOST_TEST((*subscriptions)[0].rules.payload_types[63] == RewriteRules::kRefused);
}

BOOST_AUTO_TEST_CASE(what_the_receiver_does_not_want_is_not_sent) {
    const auto published = *negotiate_publication(browser_offer());
    const auto offered = offer_to_receiver(published);
    auto answer = accept_all(offered);
    answer.contents.erase(answer.contents.begin());
    answer.contents[0].codecs = {vp8()};  // without RTX
    auto subscriptions = negotiate_subscription(published, offered, answer);
    BOOST_REQUIRE(subscriptions.has_value());
    BOOST_REQUIRE(subscriptions->size() == 1u);
    BOOST_TEST((*subscriptions)[0].content == 1u);
    BOOST_TEST((*subscriptions)[0].rules.rtx_ssrc == 0u);

    answer.contents[0].direction = Direction::inactive;
    subscriptions = negotiate_subscription(published, offered, answer);
    BOOST_REQUIRE(!subscriptions.has_value());
    BOOST_TEST((subscriptions.error().reason == Reason::unsupported_applications));

    answer = accept_all(offered);
    answer.transport.fingerprint->setup = Fingerprint::Setup::actpass;
    BOOST_TEST((negotiate_subscription(published, offered, answer).error().reason ==
                Reason::security_error));
}

BOOST_AUTO_TEST_CASE(associated_payload_types_are_numbers) {
    BOOST_TEST(associated_payload_type(rtx(97, "96")) == 96);
    BOOST_TEST(associated_payload_type(rtx(97, "96x")) == -1);
    BOOST_TEST(associated_payload_type(rtx(97, "")) == -1);
    BOOST_TEST(associated_payload_type(vp8()) == -1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
