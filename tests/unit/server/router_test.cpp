#include "hosts/server/routing/router.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/server/router_fixture.hpp"

using namespace parley::server;
using namespace parley::server::test;

BOOST_AUTO_TEST_SUITE(router)

namespace {

std::string condition_in(const std::string& answer) {
    constexpr std::string_view mark = "xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"";
    const size_t ns = answer.find(mark);
    if (ns == std::string::npos) return answer.empty() ? "nothing" : "no error: " + answer;
    const size_t begin = answer.rfind('<', ns) + 1;
    return answer.substr(begin, ns - begin - 1);
}

/// Writes down what it is shown, and answers as it is told.
struct RecordedHooks : RouteHooks {
    std::optional<parley::xmpp::Element> judge_iq(const parley::xmpp::Element& iq) override {
        log += std::string(iq.attr("id")) + " ";
        return error;
    }

    void flush() override { log += "flush "; }

    std::string log;
    std::optional<parley::xmpp::Element> error;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_message_to_a_full_jid_reaches_that_client_only) {
    Network net;
    net.log_in("alice@localhost/a");
    net.log_in("bob@localhost/1");
    net.log_in("bob@localhost/2");
    net.heard("bob@localhost/1");
    net.say("alice@localhost/a", "<message to='bob@localhost/1'><body>hi</body></message>");
    BOOST_TEST(
        net.heard("bob@localhost/1") ==
        "<message to=\"bob@localhost/1\" from=\"alice@localhost/a\"><body>hi</body></message>");
    BOOST_TEST(net.heard("bob@localhost/2") == "");
    BOOST_TEST(net.heard("alice@localhost/a") == "");
}

BOOST_AUTO_TEST_CASE(a_message_to_a_bare_jid_reaches_every_client_that_wants_messages) {
    Network net;
    net.log_in("alice@localhost/a");
    net.log_in("bob@localhost/1");
    net.log_in("bob@localhost/2");
    net.connect("bob@localhost/silent");
    net.say("bob@localhost/2", "<presence><priority>-1</priority></presence>");
    net.heard("bob@localhost/1");
    net.heard("bob@localhost/2");
    net.say("alice@localhost/a", "<message to='bob@localhost' type='chat'/>");
    BOOST_TEST(net.heard("bob@localhost/1") != "");
    BOOST_TEST(net.heard("bob@localhost/2") == "");
    BOOST_TEST(net.heard("bob@localhost/silent") == "");
}

// RFC 6121 s8.5 and RFC 6120 s8, s10: what the sender gets back; "nothing" is silence.
BOOST_AUTO_TEST_CASE(what_cannot_be_delivered_comes_back_with_the_exact_error) {
    struct Case {
        const char* stanza;
        const char* answer;
    };

    const Case cases[] = {
        {"<message to='nobody@localhost'/>", "service-unavailable"},
        {"<message to='nobody@localhost' type='error'/>", "nothing"},
        {"<message to='carol@localhost'/>", "service-unavailable"},
        {"<message to='carol@localhost' type='chat'/>", "service-unavailable"},
        {"<message to='carol@localhost' type='headline'/>", "nothing"},
        {"<message to='bob@localhost' type='groupchat'/>", "service-unavailable"},
        {"<message to='bob@localhost/gone'/>", "service-unavailable"},
        {"<message to='bob@localhost/gone' type='groupchat'/>", "service-unavailable"},
        {"<message to='bob@localhost/gone' type='headline'/>", "nothing"},
        {"<message to='bob@localhost/gone' type='error'/>", "nothing"},
        {"<message to='bob@localhost/gone' type='chat'/>", "nothing"},
        {"<message to='carol@localhost/gone' type='chat'/>", "service-unavailable"},
        {"<message to='localhost'/>", "service-unavailable"},
        {"<message to='example.org'/>", "remote-server-not-found"},
        {"<message to='a@example.org/r' type='chat'/>", "remote-server-not-found"},
        {"<message to='example.org' type='error'/>", "nothing"},
        {"<message to='a@b@c'/>", "jid-malformed"},
        {"<message to=''/>", "jid-malformed"},
        {"<iq to='bob@localhost/gone' type='get' id='1'><q xmlns='x'/></iq>",
         "service-unavailable"},
        {"<iq to='bob@localhost/gone' type='result' id='1'/>", "nothing"},
        {"<iq to='bob@localhost' type='get' id='1'><q xmlns='x'/></iq>", "service-unavailable"},
        {"<iq to='bob@localhost' type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>",
         "forbidden"},
        {"<iq to='nobody@localhost' type='get' id='1'><q xmlns='x'/></iq>", "service-unavailable"},
        {"<iq to='localhost' type='get' id='1'><vCard xmlns='vcard-temp'/></iq>",
         "service-unavailable"},
        {"<iq type='get' id='1'><vCard xmlns='vcard-temp'/></iq>", "service-unavailable"},
        {"<iq to='example.org' type='get' id='1'><q xmlns='x'/></iq>", "remote-server-not-found"},
        {"<iq to='example.org' type='result' id='1'/>", "nothing"},
        {"<iq to='localhost' type='get'><q xmlns='x'/></iq>", "bad-request"},
        {"<iq to='localhost' id='1'><q xmlns='x'/></iq>", "bad-request"},
        {"<iq to='localhost' type='take' id='1'><q xmlns='x'/></iq>", "bad-request"},
        {"<iq to='localhost' type='get' id='1'/>", "bad-request"},
        {"<iq to='localhost' type='set' id='1'><q xmlns='x'/><q xmlns='x'/></iq>", "bad-request"},
        {"<presence type='wrong'/>", "bad-request"},
        {"<presence type='subscribe'/>", "bad-request"},
        {"<presence><priority>128</priority></presence>", "bad-request"},
        {"<presence><priority>high</priority></presence>", "bad-request"},
        {"<presence to='nobody@localhost'/>", "nothing"},
        {"<presence to='bob@localhost/gone'/>", "nothing"},
        {"<presence to='example.org'/>", "remote-server-not-found"},
    };
    for (const auto& [stanza, answer] : cases) {
        Network net;
        net.log_in("alice@localhost/a");
        net.log_in("bob@localhost/b");
        net.say("alice@localhost/a", stanza);
        BOOST_TEST(condition_in(net.heard("alice@localhost/a")) == answer, stanza);
    }
}

BOOST_AUTO_TEST_CASE(the_server_answers_for_itself) {
    Network net;
    NotedService rooms;
    net.router.add_service("conference.localhost", rooms);
    net.log_in("alice@localhost/a");
    net.say("alice@localhost/a",
            "<iq to='localhost' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
    BOOST_TEST(net.heard("alice@localhost/a") ==
               "<iq from=\"localhost\" to=\"alice@localhost/a\" id=\"1\" type=\"result\"/>");
    net.say("alice@localhost/a",
            "<iq to='localhost' type='get' id='2'>"
            "<query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
    BOOST_TEST(net.heard("alice@localhost/a")
                   .find("<item jid=\"conference.localhost\" name=\"Noted\"/>") !=
               std::string::npos);
    net.say("alice@localhost/a",
            "<iq to='localhost' type='get' id='3'>"
            "<query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
    const std::string info = net.heard("alice@localhost/a");
    BOOST_TEST(info.find("<identity category=\"server\" type=\"im\"") != std::string::npos);
    BOOST_TEST(info.find("<feature var=\"urn:xmpp:ping\"/>") != std::string::npos);
    net.say("alice@localhost/a",
            "<iq to='localhost' type='get' id='4'>"
            "<query xmlns='http://jabber.org/protocol/disco#info' node='none'/></iq>");
    BOOST_TEST(condition_in(net.heard("alice@localhost/a")) == "item-not-found");
    net.say("alice@localhost/a",
            "<iq to='localhost' type='get' id='5'><query xmlns='jabber:iq:version'/></iq>");
    BOOST_TEST(net.heard("alice@localhost/a").find("<version>0.0.0-test</version>") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_service_gets_everything_to_its_domain) {
    Network net;
    NotedService rooms;
    BOOST_TEST(net.router.add_service("conference.localhost", rooms));
    BOOST_TEST(!net.router.add_service("conference.localhost", rooms));
    BOOST_TEST(!net.router.add_service("localhost", rooms));
    net.log_in("alice@localhost/a");
    net.say("alice@localhost/a", "<presence to='room@conference.localhost/nick'/>");
    net.say("alice@localhost/a", "<message to='room@conference.localhost' type='groupchat'/>");
    BOOST_TEST(rooms.log.size() == 2U);
    BOOST_TEST(rooms.log.at(0) ==
               "<presence to=\"room@conference.localhost/nick\" from=\"alice@localhost/a\"/>");
    net.router.remove_service("conference.localhost");
    net.say("alice@localhost/a", "<message to='room@conference.localhost' type='groupchat'/>");
    BOOST_TEST(condition_in(net.heard("alice@localhost/a")) == "remote-server-not-found");
}

BOOST_AUTO_TEST_CASE(services_hear_once_when_a_session_ends) {
    struct Case {
        const char* how;
        bool lost;
        const char* told;
    };

    for (const auto& [how, lost, told] :
         {Case{"", true, "alice@localhost/a lost"}, Case{"", false, "alice@localhost/a left"},
          Case{"<presence type='unavailable'/>", true, "alice@localhost/a left"}}) {
        Network net;
        NotedService rooms;
        net.router.add_service("conference.localhost", rooms);
        net.log_in("alice@localhost/a");
        if (*how) {
            net.say("alice@localhost/a", how);
        } else {
            net.disconnect("alice@localhost/a", lost);
            net.disconnect("alice@localhost/a", lost);
        }
        BOOST_TEST(rooms.log == std::vector<std::string>{told}, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_new_client_takes_the_resource_over) {
    Network net;
    NotedService rooms;
    net.router.add_service("conference.localhost", rooms);
    net.log_in("alice@localhost/a");
    net.connect("alice@localhost/a");
    BOOST_TEST(net.heard_replaced() == "[ended: conflict]");
    BOOST_TEST(rooms.log.back() == "alice@localhost/a lost");
    net.log_in("bob@localhost/b");
    net.say("bob@localhost/b", "<message to='alice@localhost/a'/>");
    BOOST_TEST(net.heard("alice@localhost/a").starts_with("<message "));
}

BOOST_AUTO_TEST_CASE(an_account_has_so_many_sessions_at_most) {
    Limits limits;
    limits.resources_per_account = 2;
    Network net(limits);
    BOOST_TEST(net.connect("alice@localhost/1"));
    BOOST_TEST(net.connect("alice@localhost/2"));
    BOOST_TEST(!net.connect("alice@localhost/3"));
    BOOST_TEST(net.heard("alice@localhost/3") == "[ended: resource-constraint]");
    BOOST_TEST(net.connect("alice@localhost/2"));
    BOOST_TEST(net.connect("bob@localhost/1"));
}

BOOST_AUTO_TEST_CASE(delivery_is_queued_never_nested) {
    struct Echo : StanzaService {
        explicit Echo(Router& router_) : router(router_) {}

        void handle(parley::xmpp::Element stanza, const parley::xmpp::Jid& from,
                    const parley::xmpp::Jid& to) override {
            BOOST_TEST(!busy);
            busy = true;
            if (++count < 3) {
                stanza.set_attr("from", from.to_string()).set_attr("to", to.to_string());
                router.route(std::move(stanza));
            }
            busy = false;
        }

        void session_ended(const parley::xmpp::Jid&, bool) override {}

        std::string name() const override { return "Echo"; }

        Router& router;
        int count = 0;
        bool busy = false;
    };

    Network net;
    Echo echo(net.router);
    net.router.add_service("echo.localhost", echo);
    net.log_in("alice@localhost/a");
    net.say("alice@localhost/a", "<message to='echo.localhost'/>");
    BOOST_TEST(echo.count == 3);
}

BOOST_AUTO_TEST_CASE(requests_between_clients_are_judged_and_nothing_else) {
    Network net;
    RecordedHooks hooks;
    NotedService service;
    net.router.set_hooks(&hooks);
    net.router.add_service("service.localhost", service);
    net.log_in("alice@localhost/a");
    net.log_in("bob@localhost/1");
    const auto say = [&](const std::string& attributes) {
        net.say("alice@localhost/a", "<iq " + attributes + "><x xmlns='urn:x'/></iq>");
    };
    say("id='1' type='get' to='bob@localhost/1'");
    say("id='2' type='set' to='bob@localhost/1'");
    say("id='own' type='set' to='alice@localhost/a'");
    BOOST_TEST(hooks.log == "1 flush 2 flush own flush ");
    hooks.log.clear();
    say("id='3' type='result' to='bob@localhost/1'");
    say("id='4' type='error' to='bob@localhost/1'");
    say("id='5' type='get' to='bob@localhost'");
    say("id='6' type='get' to='localhost'");
    say("id='7' type='get' to='bob@localhost/nowhere'");
    say("id='8' type='get' to='x@service.localhost/y'");
    net.route("<iq id='9' type='get' from='x@service.localhost/y' to='bob@localhost/1'/>");
    net.route("<iq id='10' type='get' from='localhost' to='bob@localhost/1'/>");
    BOOST_TEST(hooks.log == "");
    net.router.set_hooks(nullptr);
    net.heard("bob@localhost/1");
    say("id='11' type='get' to='bob@localhost/1'");
    BOOST_TEST(hooks.log == "");
    BOOST_TEST(net.heard("bob@localhost/1") != "");
}

BOOST_AUTO_TEST_CASE(a_refused_request_goes_back_with_the_error_and_no_further) {
    Network net;
    RecordedHooks hooks;
    net.router.set_hooks(&hooks);
    net.log_in("alice@localhost/a");
    net.log_in("bob@localhost/1");
    hooks.error = parley::xmpp::Element("error", "jabber:client");
    hooks.error->set_attr("type", "cancel");
    hooks.error->add("gone", "urn:ietf:params:xml:ns:xmpp-stanzas");
    net.say("alice@localhost/a",
            "<iq id='1' type='get' to='bob@localhost/1'><x "
            "xmlns='urn:x'/></iq>");
    BOOST_TEST(net.heard("alice@localhost/a") ==
               "<iq from=\"bob@localhost/1\" to=\"alice@localhost/a\" id=\"1\" "
               "type=\"error\"><error type=\"cancel\"><gone "
               "xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/></error></iq>");
    BOOST_TEST(net.heard("bob@localhost/1") == "");
    BOOST_TEST(hooks.log == "1 flush ");
}

BOOST_AUTO_TEST_SUITE_END()
