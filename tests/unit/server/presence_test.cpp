#include "hosts/server/routing/presence.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/server/router_fixture.hpp"

using namespace parley::server;
using namespace parley::server::test;

BOOST_AUTO_TEST_SUITE(presence)

namespace {

const std::string alice = "alice@localhost/a";
const std::string bob = "bob@localhost/b";

void ask_for_roster(Network& net, const std::string& who) {
    net.say(who, "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>");
    net.heard(who);
}

std::string push(int number, const std::string& to, const std::string& item) {
    return "<iq type=\"set\" id=\"push-" + std::to_string(number) + "\" from=\"" +
           to.substr(0, to.find('/')) + "\" to=\"" + to +
           "\"><query xmlns=\"jabber:iq:roster\"><item jid=" + item + "/></query></iq>";
}

}  // namespace

BOOST_AUTO_TEST_CASE(contacts_see_each_other_come_and_go) {
    Network net;
    net.befriend("alice", "bob");
    net.connect(alice);
    net.connect(bob);
    net.say(alice, "<presence><show>away</show></presence>");
    // Her own presence, and that nobody is there.
    BOOST_TEST(net.heard(alice) ==
               "<presence from=\"alice@localhost/a\" to=\"alice@localhost/a\"><show>away</show>"
               "</presence>\n<presence type=\"unavailable\" from=\"bob@localhost\" "
               "to=\"alice@localhost/a\"/>");
    net.say(bob, "<presence/>");
    BOOST_TEST(net.heard(alice) == "<presence from=\"bob@localhost/b\" to=\"alice@localhost\"/>");
    const std::string seen = net.heard(bob);
    BOOST_TEST(seen.find("<presence from=\"alice@localhost/a\" to=\"bob@localhost/b\">"
                         "<show>away</show></presence>") != std::string::npos);
    net.disconnect(bob);
    BOOST_TEST(net.heard(alice) ==
               "<presence type=\"unavailable\" from=\"bob@localhost/b\" "
               "to=\"alice@localhost\"/>");
}

BOOST_AUTO_TEST_CASE(strangers_see_nothing) {
    Network net;
    net.log_in(alice);
    net.log_in(bob);
    BOOST_TEST(net.heard(alice) == "");
    net.say(alice, "<presence type='probe' to='bob@localhost'/>");
    BOOST_TEST(net.heard(alice) == "");
}

BOOST_AUTO_TEST_CASE(a_subscription_is_asked_for_and_granted) {
    Network net;
    net.log_in(alice);
    net.log_in(bob);
    ask_for_roster(net, alice);
    ask_for_roster(net, bob);
    net.say(alice, "<presence type='subscribe' to='bob@localhost' id='s1'/>");
    BOOST_TEST(net.heard(alice) ==
               push(1, alice, "\"bob@localhost\" subscription=\"none\" ask=\"subscribe\""));
    BOOST_TEST(net.heard(bob) ==
               "<presence type=\"subscribe\" to=\"bob@localhost\" id=\"s1\" "
               "from=\"alice@localhost\"/>");
    net.say(bob, "<presence type='subscribed' to='alice@localhost'/>");
    BOOST_TEST(net.heard(bob) == push(2, bob, "\"alice@localhost\" subscription=\"from\""));
    BOOST_TEST(net.heard(alice) ==
               "<presence type=\"subscribed\" to=\"alice@localhost\" from=\"bob@localhost\"/>\n"
               "<presence from=\"bob@localhost/b\" to=\"alice@localhost\"/>\n" +
                   push(3, alice, "\"bob@localhost\" subscription=\"to\""));
    // A second request is answered for the account.
    net.say(alice, "<presence type='subscribe' to='bob@localhost'/>");
    BOOST_TEST(net.heard(bob) == "");
}

BOOST_AUTO_TEST_CASE(a_request_waits_for_the_next_login) {
    Network net;
    net.log_in(alice);
    net.say(alice,
            "<presence type='subscribe' to='bob@localhost'><status>please</status></presence>");
    net.connect(bob);
    ask_for_roster(net, bob);
    net.say(bob, "<presence/>");
    BOOST_TEST(net.heard(bob).find("<presence type=\"subscribe\" to=\"bob@localhost/b\" "
                                   "from=\"alice@localhost\"><status>please</status></presence>") !=
               std::string::npos);
    net.say(bob, "<presence type='unsubscribed' to='alice@localhost'/>");
    net.disconnect(bob);
    net.connect(bob);
    net.say(bob, "<presence/>");
    BOOST_TEST(net.heard(bob).find("subscribe") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cancelled_subscription_hides_at_once) {
    Network net;
    net.befriend("alice", "bob");
    net.log_in(alice);
    net.log_in(bob);
    ask_for_roster(net, alice);
    ask_for_roster(net, bob);
    net.say(bob, "<presence type='unsubscribed' to='alice@localhost'/>");
    const std::string heard = net.heard(alice);
    BOOST_TEST(heard.find("<presence type=\"unsubscribed\"") != std::string::npos);
    BOOST_TEST(heard.find("<presence type=\"unavailable\" from=\"bob@localhost/b\"") !=
               std::string::npos);
    BOOST_TEST(heard.find("\"bob@localhost\" subscription=\"from\"") != std::string::npos);
    BOOST_TEST(net.heard(bob).find("\"alice@localhost\" subscription=\"to\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(directed_presence_is_taken_back) {
    Network net;
    net.log_in(alice);
    net.log_in(bob);
    net.say(alice, "<presence to='bob@localhost/b'/>");
    BOOST_TEST(net.heard(bob) == "<presence to=\"bob@localhost/b\" from=\"alice@localhost/a\"/>");
    net.disconnect(alice);
    BOOST_TEST(net.heard(bob) ==
               "<presence type=\"unavailable\" from=\"alice@localhost/a\" "
               "to=\"bob@localhost/b\"/>");
}

BOOST_AUTO_TEST_CASE(directed_presence_is_bounded) {
    Limits limits;
    limits.directed_presences = 1;
    Network net(limits);
    net.log_in(alice);
    net.say(alice, "<presence to='bob@localhost'/>");
    net.say(alice, "<presence to='bob@localhost'/>");
    BOOST_TEST(net.heard(alice) == "");
    net.say(alice, "<presence to='carol@localhost'/>");
    BOOST_TEST(net.heard(alice).find("<resource-constraint ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_roster_is_set_pushed_and_removed) {
    Network net;
    net.log_in(alice);
    net.log_in("alice@localhost/other");
    ask_for_roster(net, "alice@localhost/other");
    net.heard(alice);
    net.say(alice,
            "<iq type='set' id='1'><query xmlns='jabber:iq:roster'>"
            "<item jid='Bob@localhost' name='Bob'><group>Friends</group></item></query></iq>");
    BOOST_TEST(net.heard(alice) ==
               "<iq from=\"alice@localhost\" to=\"alice@localhost/a\" "
               "id=\"1\" type=\"result\"/>");
    const std::string pushed = net.heard("alice@localhost/other");
    BOOST_TEST(pushed.find("<item jid=\"bob@localhost\" name=\"Bob\" subscription=\"none\">"
                           "<group>Friends</group></item>") != std::string::npos);
    net.say(alice, "<iq type='get' id='2'><query xmlns='jabber:iq:roster'/></iq>");
    BOOST_TEST(net.heard(alice).find("<item jid=\"bob@localhost\" name=\"Bob\"") !=
               std::string::npos);
    net.say(alice,
            "<iq type='set' id='3'><query xmlns='jabber:iq:roster'>"
            "<item jid='bob@localhost' subscription='remove'/></query></iq>");
    BOOST_TEST(net.heard("alice@localhost/other").find("subscription=\"remove\"") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(removing_a_contact_ends_both_directions) {
    Network net;
    net.befriend("alice", "bob");
    net.log_in(alice);
    net.log_in(bob);
    ask_for_roster(net, bob);
    net.say(alice,
            "<iq type='set' id='3'><query xmlns='jabber:iq:roster'>"
            "<item jid='bob@localhost' subscription='remove'/></query></iq>");
    const std::string heard = net.heard(bob);
    BOOST_TEST(heard.find("<presence from=\"alice@localhost\" to=\"bob@localhost\" "
                          "type=\"unsubscribe\"/>") != std::string::npos);
    BOOST_TEST(heard.find("<presence from=\"alice@localhost\" to=\"bob@localhost\" "
                          "type=\"unsubscribed\"/>") != std::string::npos);
    BOOST_TEST(heard.find("subscription=\"none\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_bad_roster_set_gets_the_exact_error) {
    struct Case {
        std::string item;
        const char* condition;
    };

    Limits limits;
    limits.roster_items = 1;
    const Case cases[] = {
        {"", "bad-request"},
        {"<item jid='a@localhost'/><item jid='b@localhost'/>", "bad-request"},
        {"<item/>", "bad-request"},
        {"<item jid='@@'/>", "bad-request"},
        {"<item jid='a@localhost/r'/>", "bad-request"},
        {"<item jid='b@localhost'><group>x</group><group>x</group></item>", "bad-request"},
        {"<item jid='b@localhost'><group/></item>", "not-acceptable"},
        {"<item jid='b@localhost' name='" + std::string(1024, 'n') + "'/>", "not-acceptable"},
        {"<item jid='alice@localhost'/>", "not-allowed"},
        {"<item jid='none@localhost' subscription='remove'/>", "item-not-found"},
        {"<item jid='c@localhost'/>", "resource-constraint"},
    };
    for (const auto& [item, condition] : cases) {
        Network net(limits);
        net.log_in(alice);
        if (std::string_view(condition) == "resource-constraint") {
            net.say(alice,
                    "<iq type='set' id='0'><query xmlns='jabber:iq:roster'>"
                    "<item jid='b@localhost'/></query></iq>");
        }
        net.heard(alice);
        net.say(alice,
                "<iq type='set' id='1'><query xmlns='jabber:iq:roster'>" + item + "</query></iq>");
        BOOST_TEST(net.heard(alice).find("<" + std::string(condition) + " ") != std::string::npos,
                   item.substr(0, 80));
    }
}

BOOST_AUTO_TEST_SUITE_END()
