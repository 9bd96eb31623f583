#include "hosts/server/routing/entity_capabilities.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/server/router_fixture.hpp"
#include "tests/unit/server/stream_fixture.hpp"

using namespace parley::server;
using namespace parley::server::test;

BOOST_AUTO_TEST_SUITE(entity_capabilities)

namespace {

std::string ver(const std::string& children) {
    return verification_string(*parley::xmpp::parse_xml(
        "<query xmlns='http://jabber.org/protocol/disco#info'>" + children + "</query>"));
}

const std::string features =
    "<feature var='http://jabber.org/protocol/disco#items'/>"
    "<feature var='http://jabber.org/protocol/muc'/>"
    "<feature var='http://jabber.org/protocol/caps'/>"
    "<feature var='http://jabber.org/protocol/disco#info'/>";

const std::string psi =
    "<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>"
    "<identity xml:lang='el' category='client' name='\u03a8 0.11' type='pc'/>" +
    features;

const std::string software =
    "<x xmlns='jabber:x:data' type='result'>"
    "<field var='os_version'><value>10.5.1</value></field>"
    "<field var='FORM_TYPE' type='hidden'>"
    "<value>urn:xmpp:dataforms:softwareinfo</value></field>"
    "<field var='ip_version'><value>ipv6</value><value>ipv4</value></field>"
    "<field var='os'><value>Mac</value></field>"
    "<field var='software_version'><value>0.11</value></field>"
    "<field var='software'><value>Psi</value></field></x>";

std::string between(const std::string& text, const std::string& before, const std::string& after) {
    const size_t begin = text.find(before) + before.size();
    BOOST_REQUIRE(begin >= before.size());
    return text.substr(begin, text.find(after, begin) - begin);
}

std::string disco_info(Network& net, const std::string& node) {
    net.say("alice@localhost/a",
            "<iq type='get' id='i' to='localhost'><query "
            "xmlns='http://jabber.org/protocol/disco#info'" +
                (node.empty() ? "" : " node='" + node + "'") + "/></iq>");
    return net.heard("alice@localhost/a");
}

}  // namespace

// XEP-0115 s5.2
BOOST_AUTO_TEST_CASE(the_simple_example_of_the_xep) {
    BOOST_TEST(ver("<identity category='client' name='Exodus 0.9.1' type='pc'/>" + features) ==
               "QgayPKawpkPSDYmwT/WM94uAlu0=");
}

// XEP-0115 s5.3
BOOST_AUTO_TEST_CASE(the_complex_example_of_the_xep) {
    BOOST_TEST(ver(psi + software) == "q07IKJEyjvHSyhy//CH0CxmKi8w=");
}

// XEP-0115 s5.4, 3.6
BOOST_AUTO_TEST_CASE(a_form_without_a_hidden_form_type_does_not_count) {
    const std::string form =
        "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE'><value>x</value></field>"
        "<field var='os'><value>Mac</value></field></x>";
    BOOST_TEST(ver(psi + form) == ver(psi));
    BOOST_TEST(ver(psi + form + software) == ver(psi + software));
}

BOOST_AUTO_TEST_CASE(the_server_announces_what_disco_says_and_answers_the_node) {
    Network net;
    net.log_in("alice@localhost/a");
    const auto announced = as_text(net.router.disco().capabilities());
    const auto node = between(announced, "node=\"", "\"");
    const auto before = between(announced, "ver=\"", "\"");
    const auto info = disco_info(net, "");
    const auto children = between(info, "disco#info\">", "</query>");
    BOOST_TEST(ver(children) == before);
    BOOST_TEST(announced.find("hash=\"sha-1\"") != std::string::npos);
    BOOST_TEST(children.find("\"http://jabber.org/protocol/caps\"") != std::string::npos);

    const auto versioned = disco_info(net, node + "#" + before);
    BOOST_TEST(between(versioned, "<query ", ">").find("node=\"" + node + "#" + before + "\"") !=
               std::string::npos);
    BOOST_TEST(versioned.find(children) != std::string::npos);

    net.router.disco().add_feature("urn:example:new");
    const auto now = between(as_text(net.router.disco().capabilities()), "ver=\"", "\"");
    BOOST_TEST(now != before);
    BOOST_TEST(ver(between(disco_info(net, node + "#" + now), now + "\">", "</query>")) == now);
    BOOST_TEST(disco_info(net, node + "#" + before).find("<item-not-found ") != std::string::npos);
    BOOST_TEST(disco_info(net, node).find("<item-not-found ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_stream_features_after_login_have_it) {
    C2sOptions options{"localhost", {}, Framing::Kind::tcp, false, false, true};
    options.capabilities = [] { return parley::xmpp::Element("c", capabilities_ns); };
    StreamDialogue client(options);
    BOOST_TEST(client.feed(client_header).find(capabilities_ns) == std::string::npos);
    client.feed(alice_plain);
    BOOST_TEST(client.feed(client_header).find(capabilities_ns) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
