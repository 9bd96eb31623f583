#include "xmpp/xml.hpp"

#include <boost/test/unit_test.hpp>

#include "xmpp/jid.hpp"

using namespace parley::xmpp;

namespace {

constexpr std::string_view header =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams' to='localhost' xml:lang='en' version='1.0'>";

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_parser)

BOOST_AUTO_TEST_CASE(gives_header_stanzas_and_end_byte_by_byte) {
    const std::string input =
        std::string(header) + " <message><body>a &amp; b</body></message>\n<iq/></stream:stream>";
    StreamParser parser(XmlLimits{});
    std::vector<StreamParser::Event> events;
    for (const char& c : input)
        BOOST_REQUIRE(parser.feed({&c, 1}, events));
    BOOST_REQUIRE_EQUAL(events.size(), 4u);
    const auto& opened = std::get<StreamParser::Opened>(events[0]);
    BOOST_TEST(opened.header.is("stream", "http://etherx.jabber.org/streams"));
    BOOST_TEST(opened.header.attr_ns("lang", "http://www.w3.org/XML/1998/namespace") == "en");
    BOOST_TEST(opened.content_ns == "jabber:client");
    BOOST_TEST(to_xml(std::get<Element>(events[1]), "jabber:client") ==
               "<message><body>a &amp; b</body></message>");
    BOOST_TEST(std::holds_alternative<StreamParser::Closed>(events[3]));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_jid_is_prepared) {
    const auto jid = Jid::parse("Alice@Example.ORG/Work");
    BOOST_REQUIRE(jid);
    BOOST_TEST(jid->to_string() == "alice@example.org/Work");
}
