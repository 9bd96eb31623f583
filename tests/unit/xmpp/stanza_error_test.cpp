#include "xmpp/stanza_error.hpp"

#include <boost/test/unit_test.hpp>

#include "xmpp/namespaces.hpp"
#include "xmpp/xml.hpp"

using namespace parley::xmpp;

namespace {

Element parsed(std::string_view xml) {
    return parse_xml(xml).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stanza_error)

BOOST_AUTO_TEST_CASE(is_written_as_the_rfc_says) {
    StanzaError error{ErrorType::cancel, Condition::not_allowed, "No <b>.", {}};
    error.application = Element("room-not-private", "urn:xmpp:jingle-muc-message:0");
    BOOST_TEST(
        to_xml(error.to_element(), ns::client) ==
        "<error type='cancel'>"
        "<not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
        "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>No &lt;b&gt;.</text>"
        "<room-not-private xmlns='urn:xmpp:jingle-muc-message:0'/></error>");
}

BOOST_AUTO_TEST_CASE(every_condition_and_type_survives_a_round_trip) {
    for (int type = 0; type <= static_cast<int>(ErrorType::wait); ++type) {
        for (int condition = 0; condition <= static_cast<int>(Condition::unexpected_request);
             ++condition) {
            const StanzaError error{static_cast<ErrorType>(type), static_cast<Condition>(condition),
                                    "why", Element("x", "urn:x")};
            const Element reply = error_reply(parsed("<iq type='get' id='1'/>"), error);
            const auto read = StanzaError::from_stanza(parsed(to_xml(reply)));
            BOOST_REQUIRE(read);
            BOOST_CHECK(read->type == error.type);
            BOOST_CHECK(read->condition == error.condition);
            BOOST_TEST(read->text == error.text);
            BOOST_CHECK(read->application == error.application);
        }
    }
    BOOST_TEST(to_string(ErrorType::continue_) == "continue");
    BOOST_TEST(to_string(Condition::feature_not_implemented) == "feature-not-implemented");
    BOOST_TEST(to_string(Condition::unexpected_request) == "unexpected-request");
}

BOOST_AUTO_TEST_CASE(reply_swaps_the_addresses_and_echoes_only_on_demand) {
    const Element iq =
        parsed("<iq type='set' id='7' from='a@x/r' to='b@x' xml:lang='de'><q xmlns='urn:q'/></iq>");
    const StanzaError error{ErrorType::auth, Condition::forbidden, {}, {}};
    BOOST_TEST(to_xml(error_reply(iq, error), ns::client) ==
               "<iq from='b@x' to='a@x/r' id='7' type='error'><error type='auth'>"
               "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    BOOST_TEST(error_reply(iq, error, true).child("q", "urn:q") != nullptr);
    BOOST_CHECK(error_reply(iq, error.to_element()) == error_reply(iq, error));
    BOOST_TEST(to_xml(iq_result(iq), ns::client) ==
               "<iq from='b@x' to='a@x/r' id='7' type='result'/>");
    BOOST_TEST(to_xml(iq_result(parsed("<iq type='get'/>")), ns::client) == "<iq type='result'/>");
}

BOOST_AUTO_TEST_CASE(what_others_write_carelessly_is_read) {
    BOOST_TEST(!StanzaError::from_stanza(parsed("<iq type='error'/>")));
    const auto bare = StanzaError::from_stanza(parsed("<iq type='error'><error/></iq>"));
    BOOST_REQUIRE(bare);
    BOOST_CHECK(bare->condition == Condition::undefined_condition);
    BOOST_CHECK(bare->type == ErrorType::cancel);
    const auto unknown = StanzaError::from_stanza(
        parsed("<iq type='error'><error type='odd'>"
               "<tired xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"));
    BOOST_REQUIRE(unknown);
    BOOST_CHECK(unknown->condition == Condition::undefined_condition);
}

BOOST_AUTO_TEST_SUITE_END()
