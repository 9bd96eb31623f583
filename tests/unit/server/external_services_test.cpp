#include "hosts/server/routing/external_services.hpp"

#include <boost/test/unit_test.hpp>

#include "hosts/server/routing/digests.hpp"
#include "tests/unit/server/router_fixture.hpp"

using namespace parley::server;
using namespace parley::server::test;

BOOST_AUTO_TEST_SUITE(external_services)

namespace {

constexpr std::string_view alice = "alice@localhost/a";

/// A server with these services at 2026-01-01T00:00:00Z.
struct ServiceNetwork : Network {
    explicit ServiceNetwork(std::vector<IceService> services) {
        Config config;
        config.domain = "localhost";
        config.ice = {std::move(services), std::chrono::hours(1)};
        add_external_services(router, config, [] {
            return std::chrono::system_clock::time_point(std::chrono::seconds(1'767'225'600));
        });
        log_in(std::string(alice));
    }

    std::string ask(const std::string& payload, const std::string& type = "get") {
        say(std::string(alice),
            "<iq type='" + type + "' id='s' to='localhost'>" + payload + "</iq>");
        return heard(std::string(alice));
    }
};

std::vector<IceService> both() {
    return {{"stun", "stun.example.org", 3478, "udp", ""},
            {"turn", "turn.example.org", 3478, "udp", "north"},
            {"turn", "turn.example.org", 80, "tcp", "south"}};
}

std::string answer(const std::string& payload) {
    return "<iq from=\"localhost\" to=\"alice@localhost/a\" id=\"s\" type=\"result\">" + payload +
           "</iq>";
}

std::string refused(const std::string& type, const std::string& condition) {
    return "<iq from=\"localhost\" to=\"alice@localhost/a\" id=\"s\" type=\"error\"><error "
           "type=\"" +
           type + "\"><" + condition +
           " xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/></error></iq>";
}

const std::string stun =
    "<service type=\"stun\" host=\"stun.example.org\" port=\"3478\" transport=\"udp\"/>";

/// The one with that port, with its credentials.
std::string turn(const std::string& port, const std::string& transport, const std::string& secret) {
    const std::string username = "1767229200:alice@localhost";
    return "<service type=\"turn\" host=\"turn.example.org\" port=\"" + port + "\" transport=\"" +
           transport + "\" username=\"" + username + "\" password=\"" +
           hmac_sha1_base64(secret, username) +
           "\" expires=\"2026-01-01T01:00:00Z\" restricted=\"1\"/>";
}

const std::string services_ns = " xmlns=\"urn:xmpp:extdisco:2\"";

}  // namespace

// RFC 2202 s3, test cases 2 and 6; the digests there are hexadecimal. RFC 3174 s7.3, test 1.
BOOST_AUTO_TEST_CASE(digests_are_those_of_the_rfcs) {
    BOOST_TEST(hmac_sha1_base64("Jefe", "what do ya want for nothing?") ==
               "7/zfauXrL6LSdBbV8YTfnCWafHk=");
    BOOST_TEST(hmac_sha1_base64(std::string(80, '\xaa'),
                                "Test Using Larger Than Block-Size Key - Hash Key First") ==
               "qkrl4VJy0A6VcFY3zoo7Ve1AIRI=");
    BOOST_TEST(sha1_base64("abc") == "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
}

// `printf NAME | openssl dgst -sha1 -hmac north -binary | base64`, as coturn checks it.
BOOST_AUTO_TEST_CASE(a_turn_password_is_the_one_coturn_expects) {
    ServiceNetwork net(both());
    BOOST_TEST(net.ask("<services xmlns='urn:xmpp:extdisco:2'/>")
                   .find("password=\"tZrw3gl9G3+hlCc88S340s2w5JY=\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(users_are_told_all_services_or_those_of_a_type) {
    ServiceNetwork net(both());
    BOOST_TEST(net.ask("<services xmlns='urn:xmpp:extdisco:2'/>") ==
               answer("<services" + services_ns + ">" + stun + turn("3478", "udp", "north") +
                      turn("80", "tcp", "south") + "</services>"));
    BOOST_TEST(net.ask("<services xmlns='urn:xmpp:extdisco:2' type='stun'/>") ==
               answer("<services" + services_ns + " type=\"stun\">" + stun + "</services>"));
    BOOST_TEST(net.ask("<services xmlns='urn:xmpp:extdisco:2' type='ftp'/>") ==
               answer("<services" + services_ns + " type=\"ftp\"/>"));
}

BOOST_AUTO_TEST_CASE(credentials_are_for_the_services_asked_for) {
    ServiceNetwork net(both());
    const auto ask = [&](const std::string& service) {
        return net.ask("<credentials xmlns='urn:xmpp:extdisco:2'>" + service + "</credentials>");
    };
    BOOST_TEST(ask("<service host='turn.example.org' type='turn'/>") ==
               answer("<credentials" + services_ns + ">" + turn("3478", "udp", "north") +
                      turn("80", "tcp", "south") + "</credentials>"));
    BOOST_TEST(
        ask("<service host='turn.example.org' type='turn' port='80'/>") ==
        answer("<credentials" + services_ns + ">" + turn("80", "tcp", "south") + "</credentials>"));
    for (const char* none : {"<service host='turn.example.org' type='turns'/>",
                             "<service host='turn.example.org' type='turn' port='81'/>",
                             "<service host='stun.example.org' type='stun'/>"}) {
        BOOST_TEST(ask(none) == refused("cancel", "item-not-found"), none);
    }
    for (const char* bad : {"", "<service host='turn.example.org'/>", "<service type='turn'/>",
                            "<other host='turn.example.org' type='turn'/>"}) {
        BOOST_TEST(ask(bad) == refused("modify", "bad-request"), bad);
    }
}

BOOST_AUTO_TEST_CASE(other_requests_are_refused) {
    ServiceNetwork net(both());
    const std::string unknown = refused("cancel", "feature-not-implemented");
    BOOST_TEST(net.ask("<services xmlns='urn:xmpp:extdisco:2'/>", "set") == unknown);
    BOOST_TEST(net.ask("<service xmlns='urn:xmpp:extdisco:2'/>") == unknown);
}

BOOST_AUTO_TEST_CASE(who_is_no_user_of_this_server_gets_nothing) {
    ServiceNetwork net(both());
    NotedService rooms;
    BOOST_REQUIRE(net.router.add_service("rooms.localhost", rooms));
    for (const char* from : {"rooms.localhost", "team@rooms.localhost"}) {
        rooms.log.clear();
        net.route(std::string("<iq xmlns='jabber:client' type='get' id='s' to='localhost' from='") +
                  from + "'><services xmlns='urn:xmpp:extdisco:2'/></iq>");
        BOOST_REQUIRE(rooms.log.size() == 1U);
        BOOST_TEST(rooms.log.front().find("<error type=\"auth\"><forbidden ") != std::string::npos);
        BOOST_TEST(rooms.log.front().find("password") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(the_feature_is_there_where_services_are) {
    for (const bool some : {false, true}) {
        ServiceNetwork net(some ? both() : std::vector<IceService>());
        const auto info = net.ask("<query xmlns='http://jabber.org/protocol/disco#info'/>");
        BOOST_TEST((info.find("\"urn:xmpp:extdisco:2\"") != std::string::npos) == some);
    }
    ServiceNetwork none({});
    BOOST_TEST(none.ask("<services xmlns='urn:xmpp:extdisco:2'/>") ==
               refused("cancel", "service-unavailable"));
}

BOOST_AUTO_TEST_SUITE_END()
