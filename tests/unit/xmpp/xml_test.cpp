#include "xmpp/xml.hpp"

#include <boost/test/unit_test.hpp>

#include "xmpp/namespaces.hpp"

using namespace parley::xmpp;

namespace {

constexpr std::string_view header =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams' to='localhost' xml:lang='en' version='1.0'>";

using Events = std::vector<StreamParser::Event>;

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_parser)

BOOST_AUTO_TEST_CASE(gives_header_stanzas_and_end_in_order) {
    StreamParser parser(XmlLimits{});
    Events events;
    BOOST_REQUIRE(parser.feed(std::string(header) + " <message><body>a &amp; b</body></message>\n"
                                                    "<iq/></stream:stream>",
                              events));
    BOOST_REQUIRE_EQUAL(events.size(), 4u);
    const auto& opened = std::get<StreamParser::Opened>(events[0]);
    BOOST_TEST(opened.header.is("stream", ns::stream));
    BOOST_TEST(opened.header.attr("to") == "localhost");
    BOOST_TEST(opened.header.attr_ns("lang", ns::xml) == "en");
    BOOST_TEST(opened.content_ns == ns::client);
    BOOST_TEST(to_xml(std::get<Element>(events[1]), ns::client) ==
               "<message><body>a &amp; b</body></message>");
    BOOST_TEST(std::get<Element>(events[2]).is("iq", ns::client));
    BOOST_TEST(std::holds_alternative<StreamParser::Closed>(events[3]));
}

BOOST_AUTO_TEST_CASE(gives_each_event_with_the_byte_that_completes_it) {
    StreamParser parser(XmlLimits{});
    Events events;
    for (const std::string_view part :
         {header, std::string_view("<presence/>"), std::string_view("<message><body/></message>"),
          std::string_view("</stream:stream>")}) {
        events.clear();
        BOOST_REQUIRE(parser.feed(part.substr(0, part.size() - 1), events));
        BOOST_TEST(events.empty());
        BOOST_REQUIRE(parser.feed(part.substr(part.size() - 1), events));
        BOOST_TEST(events.size() == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_namespace_of_another_stream_is_passed_on_for_the_server_to_judge) {
    StreamParser parser(XmlLimits{});
    Events events;
    BOOST_REQUIRE(parser.feed("<stream xmlns='urn:other'>", events));
    const auto& opened = std::get<StreamParser::Opened>(events.at(0));
    BOOST_TEST(opened.header.ns() == "urn:other");
    BOOST_TEST(opened.content_ns == "urn:other");
}

BOOST_AUTO_TEST_CASE(what_came_before_a_fault_is_delivered) {
    StreamParser parser(XmlLimits{});
    Events events;
    const auto fed = parser.feed(std::string(header) + "<iq/><message><!-- -->", events);
    BOOST_REQUIRE(!fed);
    BOOST_TEST(to_string(fed.error()) == "restricted-xml");
    BOOST_REQUIRE_EQUAL(events.size(), 2u);
    BOOST_TEST(std::get<Element>(events[1]).name() == "iq");
}

BOOST_AUTO_TEST_CASE(after_a_fault_nothing_is_taken_until_reset) {
    StreamParser parser(XmlLimits{});
    Events events;
    BOOST_REQUIRE(!parser.feed("garbage", events));
    const auto again = parser.feed(header, events);
    BOOST_REQUIRE(!again);
    BOOST_TEST(to_string(again.error()) == "not-well-formed");
    BOOST_TEST(events.empty());
    parser.reset();
    BOOST_TEST(parser.feed(header, events).has_value());
    BOOST_TEST(events.size() == 1u);
}

BOOST_AUTO_TEST_CASE(reset_forgets_what_was_half_there) {
    StreamParser parser(XmlLimits{});
    Events events;
    BOOST_REQUIRE(parser.feed(std::string(header) + "<message to='", events));
    parser.reset();
    events.clear();
    BOOST_REQUIRE(parser.feed(std::string(header) + "<iq/>", events));
    BOOST_REQUIRE_EQUAL(events.size(), 2u);
    BOOST_TEST(std::get<Element>(events[1]).name() == "iq");
}

BOOST_AUTO_TEST_CASE(can_be_moved_in_the_middle_of_a_stanza) {
    StreamParser first(XmlLimits{});
    Events events;
    BOOST_REQUIRE(first.feed(std::string(header) + "<message><body>a", events));
    StreamParser second(std::move(first));
    BOOST_REQUIRE(second.feed("b</body></message>", events));
    BOOST_REQUIRE_EQUAL(events.size(), 2u);
    BOOST_TEST(std::get<Element>(events[1]).child("body", ns::client)->text() == "ab");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(documents)

BOOST_AUTO_TEST_CASE(elements_that_declare_no_namespace_get_the_default_one) {
    BOOST_TEST(parse_xml("<iq/>").value().ns() == "jabber:client");
    BOOST_TEST(parse_xml("<iq/>", {}, "urn:x").value().ns() == "urn:x");
    BOOST_TEST(parse_xml("<iq/>", {}, "").value().ns().empty());
    const Element mixed = parse_xml("<a><b xmlns=''><c/></b><d xmlns='urn:d'/></a>").value();
    BOOST_TEST(mixed.ns() == "jabber:client");
    const Element* b = mixed.child("b", "");
    BOOST_REQUIRE(b != nullptr);
    BOOST_TEST(b->first_child()->ns().empty());
    BOOST_TEST(mixed.child("d", "urn:d") != nullptr);
}

BOOST_AUTO_TEST_CASE(prefixes_are_resolved) {
    const Element description =
        parse_xml(
            "<d xmlns='urn:d' xmlns:rtph='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0'>"
            "<rtph:rtp-hdrext id='1' rtph:x='2'/></d>")
            .value();
    const Element* extension =
        description.child("rtp-hdrext", "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0");
    BOOST_REQUIRE(extension != nullptr);
    BOOST_TEST(extension->attr("id") == "1");
    BOOST_TEST(extension->attr("x").empty());
    BOOST_TEST(extension->attr_ns("x", "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0") == "2");
}

BOOST_AUTO_TEST_CASE(white_space_inside_is_kept) {
    BOOST_TEST(parse_xml("<a> <b/>\n</a>").value().text() == " \n");
    BOOST_TEST(parse_xml("<a b=' x  y '/>").value().attr("b") == " x  y ");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(writer)

BOOST_AUTO_TEST_CASE(writes_xmlns_where_it_differs) {
    Element iq("iq", ns::client);
    iq.add("query", ns::disco_info).add("feature").set_attr("var", "a");
    iq.add("error");
    BOOST_TEST(to_xml(iq) ==
               "<iq xmlns='jabber:client'><query xmlns='http://jabber.org/protocol/disco#info'>"
               "<feature var='a'/></query><error/></iq>");
    BOOST_TEST(to_xml(iq, ns::client).starts_with("<iq><query xmlns="));
    BOOST_TEST(to_xml(Element("a", ""), ns::client) == "<a xmlns=''/>");
}

BOOST_AUTO_TEST_CASE(escapes_what_a_parser_would_change) {
    Element a("a", "");
    a.set_attr("b", "<'\">&\t\n\r");
    a.add_text("<'\">&\t\n\r]]>");
    BOOST_TEST(
        to_xml(a) ==
        "<a b='&lt;&apos;&quot;&gt;&amp;&#x9;&#xA;&#xD;'>&lt;'\"&gt;&amp;\t\n&#xD;]]&gt;</a>");
    BOOST_CHECK(parse_xml(to_xml(a), {}, "").value() == a);
    BOOST_TEST(escape_xml("<a b='c'>") == "&lt;a b=&apos;c&apos;&gt;");
}

BOOST_AUTO_TEST_CASE(characters_that_xml_cannot_carry_are_replaced) {
    Element a("a", "");
    a.add_text(std::string("x\0\x1f\x7f", 4));
    BOOST_TEST(to_xml(a) == "<a>x\uFFFD\uFFFD\x7f</a>");
}

BOOST_AUTO_TEST_CASE(attributes_in_namespaces_get_prefixes) {
    Element a("a", "urn:a");
    a.set_attr_ns("lang", ns::xml, "de")
        .set_attr_ns("x", "urn:x", "1")
        .set_attr_ns("y", "urn:y", "2");
    BOOST_TEST(
        to_xml(a) ==
        "<a xmlns='urn:a' xml:lang='de' xmlns:a1='urn:x' a1:x='1' xmlns:a2='urn:y' a2:y='2'/>");
    BOOST_CHECK(parse_xml(to_xml(a)).value() == a);
}

BOOST_AUTO_TEST_SUITE_END()
