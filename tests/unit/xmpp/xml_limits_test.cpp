#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

#include "xmpp/xml.hpp"

using namespace parley::xmpp;

namespace {

constexpr std::string_view header = "<s xmlns='jabber:client'>";

using Events = std::vector<StreamParser::Event>;

StreamParser opened(const XmlLimits& limits) {
    StreamParser parser(limits);
    Events events;
    BOOST_REQUIRE(parser.feed(header, events));
    return parser;
}

bool accepts(const XmlLimits& limits, std::string_view stanza) {
    StreamParser parser = opened(limits);
    Events events;
    const auto fed = parser.feed(stanza, events);
    if (!fed) BOOST_TEST(to_string(fed.error()) == "policy-violation");
    const bool in_document = parse_xml(stanza, limits).has_value();
    BOOST_TEST(in_document == fed.has_value());
    return fed.has_value();
}

std::string nested(size_t depth) {
    std::string xml;
    for (size_t i = 0; i < depth; ++i)
        xml += "<a>";
    for (size_t i = 0; i < depth; ++i)
        xml += "</a>";
    return xml;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(xml_limits)

BOOST_AUTO_TEST_CASE(a_stanza_may_have_exactly_so_many_bytes) {
    const XmlLimits limits = {.stanza_bytes_max = 100};
    const std::string frame = "<a></a>";
    BOOST_TEST(accepts(limits, "<a>" + std::string(100 - frame.size(), 'x') + "</a>"));
    BOOST_TEST(!accepts(limits, "<a>" + std::string(101 - frame.size(), 'x') + "</a>"));
}

BOOST_AUTO_TEST_CASE(bytes_are_counted_while_the_stanza_is_incomplete) {
    for (const std::string start : {"<a>", "<a b='", "<a", "<a><![CDATA[", "<a><b/>"}) {
        StreamParser parser = opened({.stanza_bytes_max = 100});
        Events events;
        size_t taken = start.size();
        BOOST_REQUIRE(parser.feed(start, events));
        while (parser.feed("x", events))
            ++taken;
        BOOST_TEST_CONTEXT(start) {
            BOOST_TEST(taken == 100u);
        }
        BOOST_TEST(events.empty());
    }
}

BOOST_AUTO_TEST_CASE(the_header_is_counted_too) {
    StreamParser parser({.stanza_bytes_max = 100});
    Events events;
    BOOST_REQUIRE(parser.feed("<s ", events));
    size_t taken = 3;
    while (parser.feed(" ", events))
        ++taken;
    BOOST_TEST(taken == 100u);
}

BOOST_AUTO_TEST_CASE(each_stanza_is_counted_for_itself_and_white_space_between_is_free) {
    StreamParser parser = opened({.stanza_bytes_max = 40, .nodes_max = 2});
    Events events;
    for (int i = 0; i < 1000; ++i) {
        BOOST_REQUIRE(parser.feed("<a>0123456789012345678901234567890</a>", events));
        BOOST_REQUIRE(parser.feed(std::string(100, ' '), events));
    }
    BOOST_TEST(events.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(depth_counts_the_stanza_as_one) {
    const XmlLimits limits = {.depth_max = 8};
    BOOST_TEST(accepts(limits, nested(8)));
    BOOST_TEST(!accepts(limits, nested(9)));
}

BOOST_AUTO_TEST_CASE(depth_may_be_what_an_administrator_wants) {
    BOOST_TEST(accepts({.depth_max = 1000}, nested(1000)));
    BOOST_TEST(!accepts({.depth_max = 1000}, nested(1001)));
}

BOOST_AUTO_TEST_CASE(attributes_of_one_element) {
    const XmlLimits limits = {.attributes_max = 2};
    BOOST_TEST(accepts(limits, "<a b='' c=''><d e='' f=''/></a>"));
    BOOST_TEST(!accepts(limits, "<a b='' c='' d=''/>"));
    BOOST_TEST(!accepts(limits, "<a b='' c='' xmlns='urn:d'/>"));
}

BOOST_AUTO_TEST_CASE(elements_and_texts_of_one_stanza) {
    const XmlLimits limits = {.nodes_max = 4};
    BOOST_TEST(accepts(limits, "<a>text &amp; text<b/>text</a>"));
    BOOST_TEST(!accepts(limits, "<a>text<b/>text<c/></a>"));
    BOOST_TEST(!accepts(limits, "<a>text<b/>text<c></c></a>"));
}

BOOST_AUTO_TEST_CASE(limits_may_change_between_stanzas) {
    StreamParser parser = opened({.stanza_bytes_max = 100});
    Events events;
    const std::string stanza = "<a>" + std::string(200, 'x') + "</a>";
    parser.set_limits({.stanza_bytes_max = 1000});
    BOOST_TEST(parser.feed(stanza, events).has_value());
    parser.reset();
    BOOST_REQUIRE(parser.feed(header, events));
    BOOST_TEST(parser.feed(stanza, events).has_value());
    parser.set_limits({.stanza_bytes_max = 100});
    BOOST_TEST(!parser.feed(stanza, events));
}

/// What arrives byte by byte costs what it costs at once, within reason: the parser looks at each
/// byte once. A parser that starts over with every byte would take minutes for this.
BOOST_AUTO_TEST_CASE(a_byte_at_a_time_is_not_quadratic, *boost::unit_test::timeout(30)) {
    StreamParser parser = opened({.stanza_bytes_max = 4 * 1024 * 1024});
    Events events;
    const std::string stanza =
        "<a b='" + std::string(1024 * 1024, 'x') + "'>" + std::string(1024 * 1024, 'y') + "</a>";
    for (const char& c : stanza)
        BOOST_REQUIRE(parser.feed({&c, 1}, events));
    BOOST_REQUIRE_EQUAL(events.size(), 1u);
    BOOST_TEST(std::get<Element>(events[0]).attr("b").size() == 1024u * 1024u);
}

/// libxml2 keeps names for ever; the parser must not.
BOOST_AUTO_TEST_CASE(a_stream_that_invents_names_goes_on_as_before) {
    StreamParser parser({});
    Events events;
    BOOST_REQUIRE(
        parser.feed("<?xml version='1.0'?><x:s xmlns='jabber:client' xmlns:x='urn:&lt;x&gt;' "
                    "xml:lang='en'>",
                    events));
    BOOST_REQUIRE_EQUAL(events.size(), 1u);
    for (int i = 0; i < 3000; ++i) {
        const std::string name = "n" + std::to_string(i) + std::string(200, 'n');
        events.clear();
        BOOST_REQUIRE(
            parser.feed("<x:" + name + " " + name + "a=''><b/></x:" + name + ">", events));
        BOOST_REQUIRE_EQUAL(events.size(), 1u);
        const auto& element = std::get<Element>(events[0]);
        BOOST_REQUIRE_EQUAL(element.ns(), "urn:<x>");
        BOOST_REQUIRE_EQUAL(element.first_child()->ns(), "jabber:client");
    }
    events.clear();
    BOOST_REQUIRE(parser.feed("</x:s>", events));
    BOOST_REQUIRE_EQUAL(events.size(), 1u);
    BOOST_TEST(std::holds_alternative<StreamParser::Closed>(events[0]));
}

BOOST_AUTO_TEST_SUITE_END()
