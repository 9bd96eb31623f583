#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

#include "module/focus/negotiation.hpp"
#include "module/jingle/jingle.hpp"
#include "tests/unit/module/dialogue.hpp"
#include "xmpp/xml.hpp"

namespace parley::module::test {

namespace {

using jingle::Candidate;
using jingle::Jingle;
using jingle::Senders;

Jingle read(const std::string& name) {
    const auto element =
        read_xml_file(std::string(PARLEY_TESTS_DIR "/stanzas/calls/jingle/") + name);
    return jingle::parse(element).value();
}

/// A session-initiate with this in place of its description's, or its transport's, children.
xmpp::Result<Jingle> with(const std::string& in_description, const std::string& in_transport = {}) {
    const auto element = xmpp::parse_xml(
        "<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'>"
        "<content creator='initiator' name='0' senders='initiator'>"
        "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>" +
        in_description +
        "</description><transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='u' pwd='p'>" +
        in_transport + "</transport></content></jingle>");
    return jingle::parse(element.value());
}

std::string repeat(const std::string& text, int count) {
    std::string result;
    for (int i = 0; i < count; ++i)
        result += text;
    return result;
}

const auto fixtures = boost::unit_test::data::make(
    std::vector<std::string>{"chromium-offer.xml", "dino-offer.xml", "prefixed-and-terse.xml"});

}  // namespace

BOOST_AUTO_TEST_SUITE(jingle_xml)

BOOST_DATA_TEST_CASE(what_is_written_reads_the_same, fixtures, name) {
    Jingle once = read(name);
    const auto written = xmpp::parse_xml(xmpp::to_xml(jingle::to_element(once)));
    const Jingle twice = jingle::parse(written.value()).value();
    for (auto& content : once.contents) {  // an id is made up where there was none
        for (auto& candidate : content.transport->candidates) {
            if (candidate.id.empty()) candidate.id = "1-5000";
        }
    }
    BOOST_TEST((once == twice));
}

BOOST_AUTO_TEST_CASE(reads_chromium) {
    const Jingle offer = read("chromium-offer.xml");
    BOOST_TEST((offer.action == jingle::Action::session_initiate));
    BOOST_TEST(offer.muji_room == "team@conference.example.org");
    BOOST_TEST(offer.bundle.size() == 2u);
    BOOST_REQUIRE(offer.contents.size() == 2u);
    const auto& audio = *offer.contents[0].description;
    BOOST_TEST(audio.payload_types.size() == 5u);
    BOOST_TEST(audio.payload_types[0].channels == 2);
    BOOST_TEST(audio.payload_types[1].parameters[0].value == "111/111");
    BOOST_TEST(audio.extensions.size() == 2u);
    BOOST_TEST(audio.rtcp_mux);
    BOOST_TEST(audio.rtcp_reduced_size);
    const auto& video = *offer.contents[1].description;
    BOOST_TEST(!video.rtcp_reduced_size);
    BOOST_TEST(video.payload_types[0].feedback.size() == 4u);
    BOOST_TEST(
        (video.groups == std::vector<jingle::SourceGroup>{{"FID", {2301230316, 386328120}}}));
    const auto& candidates = offer.contents[0].transport->candidates;
    BOOST_REQUIRE(candidates.size() == 3u);
    BOOST_TEST((candidates[1].type == Candidate::Type::srflx));
    BOOST_TEST(candidates[1].related_port == 8998);
    BOOST_TEST((candidates[2].protocol == Candidate::Protocol::tcp_active));
}

BOOST_AUTO_TEST_CASE(chromium_s_offer_is_one_bundled_transport) {
    const auto media = media_description_of(read("chromium-offer.xml"));
    BOOST_REQUIRE(media.has_value());
    BOOST_TEST(media->bundled);
    BOOST_TEST(media->contents.size() == 2u);
    BOOST_TEST(media->contents[1].from_client);
    BOOST_TEST(media->transport.ufrag == "8hhy");
    BOOST_TEST(media->transport.candidates.size() == 3u);
    BOOST_TEST(media->transport.fingerprint.has_value());
}

BOOST_AUTO_TEST_CASE(dino_means_both_ways_and_no_bundle) {
    Jingle offer = read("dino-offer.xml");
    BOOST_TEST((offer.contents[0].senders == Senders::both));
    BOOST_TEST(offer.contents[0].transport->fingerprint->value.substr(0, 5) == "7B:57");
    const auto media = media_description_of(offer);
    BOOST_TEST(!media->bundled);
    BOOST_TEST((media->contents[0].from_client && !media->contents[0].inactive));
}

BOOST_AUTO_TEST_CASE(who_sends_nothing_needs_one_session_for_all) {
    for (const Senders senders : {Senders::responder, Senders::none}) {
        Jingle offer = read("chromium-offer.xml");
        offer.contents[0].senders = senders;
        BOOST_TEST(media_description_of(offer)->contents[0].inactive);
        offer.contents[1].senders = senders;
        BOOST_TEST((media_description_of(offer).error().reason == Reason::incompatible_parameters));
        offer.single_session = true;
        BOOST_TEST(media_description_of(offer)->contents[1].inactive);
    }
}

BOOST_AUTO_TEST_CASE(tolerates_prefixes_and_what_is_left_out) {
    const Jingle offer = read("prefixed-and-terse.xml");
    BOOST_TEST(offer.bundle.size() == 1u);
    const auto& content = offer.contents.at(0);
    BOOST_TEST((content.creator == jingle::Party::initiator));
    BOOST_TEST((content.transport->fingerprint->setup == jingle::Fingerprint::Setup::actpass));
    BOOST_REQUIRE(content.transport->candidates.size() == 1u);
    BOOST_TEST(content.transport->candidates[0].address == "2001:db8::1");
    const auto& rtp = *content.description;
    BOOST_TEST(
        (rtp.payload_types[0].feedback == std::vector<jingle::RtcpFeedback>{{"nack", "pli"}}));
    BOOST_TEST(
        (rtp.sources[0].parameters == std::vector<jingle::Parameter>{{"msid", "camera main"}}));
}

BOOST_AUTO_TEST_CASE(refuses_numbers_that_are_none) {
    for (const std::string payload :
         {"<payload-type id='128' name='x'/>", "<payload-type name='x'/>",
          "<payload-type id='-1' name='x'/>", "<payload-type id='1' clockrate='fast'/>",
          "<payload-type id='1' channels='256'/>",
          "<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='0' uri='u'/>",
          "<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='1'/>",
          "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='4294967296'/>"}) {
        BOOST_TEST_CONTEXT(payload) BOOST_TEST(!with(payload).has_value());
    }
}

BOOST_AUTO_TEST_CASE(refuses_more_than_the_limits) {
    using namespace jingle;
    const auto over = [](size_t limit) { return static_cast<int>(limit) + 1; };
    BOOST_TEST(
        !with(repeat("<payload-type id='1' name='x'/>", over(payload_types_max))).has_value());
    BOOST_TEST(with(repeat("<payload-type id='1' name='x'/>", static_cast<int>(payload_types_max)))
                   .has_value());
    BOOST_TEST(!with(
        repeat("<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='1'/>", over(sources_max))));
    BOOST_TEST(!with("<payload-type id='1' name='x'>" +
                     repeat("<parameter name='a' value='b'/>", over(parameters_max)) +
                     "</payload-type>")
                    .has_value());
    const std::string candidate =
        "<candidate foundation='1' ip='192.0.2.1' port='1' priority='1' type='host'/>";
    BOOST_TEST(with({}, repeat(candidate, over(candidates_max)))
                   ->contents[0]
                   .transport->candidates.size() == candidates_max);
}

BOOST_AUTO_TEST_CASE(reads_encodings_of_simulcast) {
    const auto simulcast = [](const std::string& rids) {
        return with("<simulcast xmlns='urn:parley:sfu:0'>" + rids + "</simulcast>");
    };
    const auto four =
        simulcast("<rid id='q'/><rid id='h'/><rid id='f'/><rid id='0123456789abcdeZ'/>");
    BOOST_TEST((four->contents[0].description->rids ==
                std::vector<std::string>{"q", "h", "f", "0123456789abcdeZ"}));
    BOOST_TEST((jingle::parse(jingle::to_element(*four)).value() == *four));
    for (const std::string rids :
         {"<rid id='a'/><rid id='b'/><rid id='c'/><rid id='d'/><rid id='e'/>", "<rid/>",
          "<rid id='0123456789abcdefg'/>", "<rid id='a-b'/>", "<rid id='a'/><rid id='a'/>"}) {
        BOOST_TEST_CONTEXT(rids) BOOST_TEST(!simulcast(rids).has_value());
    }
}

BOOST_AUTO_TEST_CASE(reads_categories_that_there_are) {
    const std::string ns = " xmlns='urn:xmpp:jingle:apps:category:0'";
    const auto shared =
        with("<category" + ns + " name='slides'/><category" + ns + " name='alt'/><category" + ns +
             " name='alt'/><category" + ns + " name='cat'/>");
    BOOST_TEST(
        (shared->contents[0].description->categories == std::vector<std::string>{"slides", "alt"}));
    BOOST_TEST((jingle::parse(jingle::to_element(*shared)).value() == *shared));
}

BOOST_AUTO_TEST_CASE(refuses_line_ends_that_would_reach_other_protocols) {
    BOOST_TEST(!with("<payload-type id='1' name='opus&#10;a=x'/>").has_value());
    BOOST_TEST(
        !with({}, "<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' setup='both'>A</fingerprint>")
             .has_value());
}

BOOST_AUTO_TEST_CASE(every_action_has_a_name) {
    for (int i = 0; i <= static_cast<int>(jingle::Action::transport_replace); ++i) {
        const auto action = static_cast<jingle::Action>(i);
        BOOST_TEST((jingle::action_from(to_string(action)) == action));
    }
}

BOOST_AUTO_TEST_CASE(every_reason_has_a_name) {
    for (int i = 0; i <= static_cast<int>(Reason::unsupported_transports); ++i) {
        const auto reason = static_cast<Reason>(i);
        BOOST_TEST((reason_from(to_string(reason)) == reason));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::module::test
