#define BOOST_TEST_MODULE modules
#include "hosts/server/modules/module_host.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>

#include "hosts/server/muc/room_store.hpp"
#include "tests/unit/muc/dialogue.hpp"
#include "xmpp/xml.hpp"

using namespace parley::server;
using muc::test::stanza;
namespace xmpp = parley::xmpp;

namespace {

/// A connected client that keeps what it gets.
struct Client : ClientLink {
    void deliver(const xmpp::Element& got) override { received.push_back(got); }

    void end(const StreamError&) override {}

    std::deque<xmpp::Element> received;
};

Config make_config(const std::vector<ModuleConfig>& modules) {
    Config config;
    config.domain = "example.org";
    config.data_dir = TEST_MODULES_DIR "/data";
    config.admins = {*xmpp::Jid::parse("admin@example.org")};
    config.muc.emplace(muc::MucConfig{.domain = *xmpp::Jid::parse("chat.example.org"),
                                      .name = "Rooms",
                                      .restrict_creation = false,
                                      .admins = {},
                                      .defaults = {},
                                      .limits = {}});
    config.modules = modules;
    return config;
}

const std::string probe_path = TEST_MODULES_DIR "/probe_module.so";

ModuleConfig probe(const std::string& domain, const std::string& fail = {}) {
    return {"probe", probe_path, {{"domain", domain}, {"fail", fail}}};
}

/// parleyd without sockets: router, rooms, modules and two clients.
struct Server {
    explicit Server(const std::vector<ModuleConfig>& modules = {probe("probe.example.org")})
        : config(make_config(modules)) {
        host.set_muc(&rooms);
        router.add_service("chat.example.org", rooms);
        for (auto& [name, client] : clients)
            router.session_started(*xmpp::Jid::parse(name + "@example.org/1"), client);
        running = host.start();
    }

    ~Server() { host.stop(); }

    void send(const std::string& client, const std::string& xml) {
        xmpp::Element sent = stanza(xml);
        sent.set_attr("from", client + "@example.org/1");
        router.from_client(*xmpp::Jid::parse(client + "@example.org/1"), std::move(sent));
        settle();
    }

    /// Runs the loop until nothing is left to do, and a little longer for timers.
    void settle(std::chrono::milliseconds extra = std::chrono::milliseconds(0)) {
        // Routing posts to the loop from within the loop: a few rounds reach the end of it.
        int rounds = 20;
        std::function<void()> next = [&] {
            if (--rounds == 0)
                loop.stop();
            else
                loop.post(next);
        };
        if (extra.count() != 0)
            loop.after(extra, next);
        else
            loop.post(next);
        loop.run();
    }

    std::optional<xmpp::Element> receive(const std::string& client) {
        auto& queue = clients.at(client).received;
        if (queue.empty()) return std::nullopt;
        xmpp::Element got = std::move(queue.front());
        queue.pop_front();
        return got;
    }

    void expect(const std::string& client, const std::string& pattern) {
        const auto got = receive(client);
        BOOST_REQUIRE_MESSAGE(got.has_value(), client << " got nothing, not " << pattern);
        std::string why;
        BOOST_CHECK_MESSAGE(muc::test::matches(stanza(pattern), *got, why),
                            why << "\n"
                                << xmpp::to_xml(*got));
    }

    void drain() {
        for (auto& [name, client] : clients)
            client.received.clear();
    }

    void join(const std::string& client) {
        send(client, "<presence to='room@chat.example.org/" + client +
                         "'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
    }

    void make_room() {
        join("alice");
        send("alice",
             "<iq type='set' id='u' to='room@chat.example.org'><query "
             "xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' "
             "type='submit'/></query></iq>");
        join("bob");
        drain();
    }

    void tell(const std::string& what) {
        send("bob",
             "<message id='m' type='groupchat' to='room@chat.example.org'><do "
             "xmlns='urn:probe' what='" +
                 what + "'/></message>");
    }

    /// Bob asks alice.
    void ask(const std::string& what) {
        send("bob", "<iq type='get' id='q' to='alice@example.org/1'><do xmlns='urn:probe' what='" +
                        what + "'/></iq>");
    }

    /// Alice sets values of two modules, each by its domain, and the room's title.
    void configure(const std::string& one, const std::string& two, const std::string& title) {
        send("alice",
             "<iq type='set' id='c' to='room@chat.example.org'><query "
             "xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' "
             "type='submit'><field var='muc#roomconfig_roomname'><value>" +
                 title + "</value></field><field var='urn:probe#one.example.org'><value>" + one +
                 "</value></field><field var='urn:probe#two.example.org'><value>" + two +
                 "</value></field></x></query></iq>");
    }

    void expect_form(const std::string& one, const std::string& two, const std::string& title) {
        drain();
        send("alice",
             "<iq type='get' id='f' to='room@chat.example.org'><query "
             "xmlns='http://jabber.org/protocol/muc#owner'/></iq>");
        expect("alice",
               "<iq type='result' id='f'><query xmlns='http://jabber.org/protocol/muc#owner'>"
               "<x xmlns='jabber:x:data' type='form'><field var='muc#roomconfig_roomname'><value>" +
                   title + "</value></field><field var='urn:probe#one.example.org'><value>" + one +
                   "</value></field><field var='urn:probe#two.example.org'><value>" + two +
                   "</value></field></x></query></iq>");
    }

    std::vector<std::string> events() {
        drain();
        send("alice",
             "<iq type='get' id='e' to='room@chat.example.org'><events "
             "xmlns='urn:probe'/></iq>");
        std::vector<std::string> events;
        const auto reply = receive("alice");
        if (reply && reply->child("events", "urn:probe"))
            for (const xmpp::Element* event : reply->child("events", "urn:probe")->elements())
                events.push_back(event->text());
        return events;
    }

    Config config;
    Database database{":memory:"};
    EventLoop loop;
    AccountStore accounts{database};
    RosterStore rosters{database};
    Router router{config, accounts, rosters,
                  [this](std::function<void()> task) { loop.post(std::move(task)); }};
    std::map<std::string, Client> clients{{"alice", {}}, {"bob", {}}, {"admin", {}}};
    ModuleHost host{config, "0.1.0", loop, router};
    muc::MemoryRoomStore store;
    unsigned ids = 0;
    muc::MucService rooms{{*config.muc, router, store, host,
                           [] { return std::chrono::system_clock::now(); },
                           [this] { return "id-" + std::to_string(++ids); }}};
    size_t running = 0;
};

using Events = std::vector<std::string>;

void check(const Events& actual, const Events& expected) {
    BOOST_CHECK_EQUAL_COLLECTIONS(actual.begin(), actual.end(), expected.begin(), expected.end());
}

}  // namespace

BOOST_AUTO_TEST_CASE(events_of_rooms_reach_the_module_in_order) {
    Server server;
    BOOST_TEST(server.running == 1u);
    server.make_room();
    server.send("bob", "<presence to='room@chat.example.org/bobby'/>");
    server.send("bob", "<presence type='unavailable' to='room@chat.example.org/bobby'/>");
    check(server.events(), {"configured flags=0 generation=1", "joined flags=0 generation=2",
                            "configured flags=0 generation=3", "joined flags=0 generation=4",
                            "changed flags=0 generation=5", "bob-bobby affiliation=1 role=2",
                            "left flags=0 generation=6", "bobby reason=0"});
}

BOOST_AUTO_TEST_CASE(a_module_greets_after_the_subject) {
    Server server;
    server.join("alice");
    server.expect("alice", "<presence from='room@chat.example.org/alice'/>");
    server.expect("alice", "<message type='groupchat'><subject/></message>");
    server.expect("alice",
                  "<message from='room@chat.example.org' to='alice@example.org/1'>"
                  "<welcome xmlns='urn:probe'/></message>");
}

BOOST_AUTO_TEST_CASE(verdicts_are_carried_out) {
    Server server;
    server.make_room();
    server.tell("drop");
    server.expect(
        "bob",
        "<message type='error' id='m' from='room@chat.example.org'><error "
        "type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    server.tell("drop-silently");
    BOOST_TEST(!server.receive("bob").has_value());
    server.tell("bad-drop");
    server.expect("bob",
                  "<message type='error'><error><service-unavailable "
                  "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    BOOST_TEST(!server.receive("alice").has_value());
    server.tell("replace");
    server.expect("alice",
                  "<message from='room@chat.example.org/bob'><done xmlns='urn:probe'/></message>");
    server.tell("pass");
    server.expect(
        "alice",
        "<message from='room@chat.example.org/bob' id='m'><do xmlns='urn:probe'/></message>");
}

BOOST_AUTO_TEST_CASE(what_is_broadcast_while_judging_follows_the_message) {
    Server server;
    server.make_room();
    server.tell("broadcast");
    for (const char* client : {"alice", "bob"}) {
        server.expect(
            client, "<message from='room@chat.example.org/bob'><do xmlns='urn:probe'/></message>");
        server.expect(
            client,
            "<message from='room@chat.example.org'><said xmlns='urn:probe'>after</said></message>");
    }
}

BOOST_AUTO_TEST_CASE(ordinary_chat_is_none_of_its_business) {
    Server server;
    server.make_room();
    server.events();
    server.send("bob",
                "<message type='groupchat' to='room@chat.example.org'><body>hi</body></message>");
    check(server.events(), {});
}

BOOST_AUTO_TEST_CASE(wakes_from_another_thread_coalesce) {
    Server server;
    server.make_room();
    server.events();
    server.tell("wake");
    check(server.events(), {"message wake by bob", "wake"});
}

BOOST_AUTO_TEST_CASE(timers_run_once_unless_cancelled) {
    Server server;
    server.make_room();
    server.events();
    server.tell("no-timer");
    server.tell("timer");
    server.settle(std::chrono::milliseconds(30));
    check(server.events(), {"message no-timer by bob", "message timer by bob", "timer 5"});
}

BOOST_AUTO_TEST_CASE(a_snapshot_is_the_whole_truth) {
    Server server;
    server.make_room();
    server.events();
    server.tell("snapshot");
    check(server.events(),
          {"message snapshot by bob", "snapshot flags=0 generation=4",
           "occupant alice alice@example.org/1", "occupant bob bob@example.org/1"});
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_refused) {
    Server server;
    server.make_room();
    server.events();
    server.tell("bad-calls");
    check(server.events(), {"message bad-calls by bob", "status 3", "status 3", "status 3",
                            "status 3", "status 3", "status 3", "status 3", "status 3"});
}

BOOST_AUTO_TEST_CASE(a_module_that_throws_is_out_and_its_messages_are_refused) {
    Server server;
    server.make_room();
    server.tell("throw");
    for (int i = 0; i < 2; ++i) {
        server.expect("bob",
                      "<message type='error' id='m'><error><service-unavailable "
                      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
        BOOST_TEST(!server.receive("alice").has_value());
        server.tell("pass");
    }
    server.drain();
    server.send("bob",
                "<message type='groupchat' to='room@chat.example.org'><body>hi</body></message>");
    server.expect("alice", "<message><body>hi</body></message>");
    server.send("bob",
                "<iq type='get' id='q' to='probe.example.org'><ping xmlns='urn:xmpp:ping'/></iq>");
    server.expect("bob", "<message/>");
    server.expect("bob",
                  "<iq type='error' id='q'><error><service-unavailable "
                  "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
}

BOOST_AUTO_TEST_CASE(its_domain_is_listed_and_answers) {
    Server server;
    server.send("bob",
                "<iq type='get' id='i' to='example.org'><query "
                "xmlns='http://jabber.org/protocol/disco#items'/></iq>");
    server.expect("bob",
                  "<iq type='result'><query xmlns='http://jabber.org/protocol/disco#items'>"
                  "<item jid='chat.example.org' name='Rooms'/>"
                  "<item jid='probe.example.org' name='Probe'/></query></iq>");
    server.send(
        "bob",
        "<iq type='get' id='q' to='x@probe.example.org/y'><ping xmlns='urn:xmpp:ping'/></iq>");
    server.expect("bob", "<iq type='result' id='q' from='x@probe.example.org/y'/>");
}

BOOST_AUTO_TEST_CASE(disco_of_service_and_rooms_is_extended) {
    Server server;
    server.make_room();
    server.send("bob",
                "<iq type='get' id='1' to='chat.example.org'><query "
                "xmlns='http://jabber.org/protocol/disco#info'/></iq>");
    server.expect("bob",
                  "<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'>"
                  "<feature var='urn:probe:feature'/></query></iq>");
    server.send("bob",
                "<iq type='get' id='2' to='room@chat.example.org'><query "
                "xmlns='http://jabber.org/protocol/disco#info'/></iq>");
    server.expect(
        "bob",
        "<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'>"
        "<feature var='urn:probe:room'/><x xmlns='jabber:x:data'/>"
        "<x xmlns='jabber:x:data'><field var='FORM_TYPE'><value>urn:probe</value></field></x>"
        "</query></iq>");
}

BOOST_AUTO_TEST_CASE(commands_are_for_administrators) {
    Server server;
    const std::string run =
        "<iq type='set' id='c' to='example.org'><command "
        "xmlns='http://jabber.org/protocol/commands' node='urn:probe#run'/></iq>";
    const std::string list =
        "<iq type='get' id='l' to='example.org'><query "
        "xmlns='http://jabber.org/protocol/disco#items' "
        "node='http://jabber.org/protocol/commands'/></iq>";
    server.send("admin", run);
    server.expect("admin",
                  "<iq type='result' id='c'><command xmlns='http://jabber.org/protocol/commands' "
                  "status='completed'/></iq>");
    server.send("bob", run);
    server.expect("bob",
                  "<iq type='error' id='c'><error type='auth'><forbidden "
                  "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    server.send("admin", list);
    server.expect(
        "admin",
        "<iq type='result'><query xmlns='http://jabber.org/protocol/disco#items'>"
        "<item jid='example.org' node='urn:probe#run' name='Run the probe'/></query></iq>");
    server.send("bob", list);
    server.expect(
        "bob",
        "<iq type='result'><query xmlns='http://jabber.org/protocol/disco#items'>"
        "<not xmlns='urn:test'><item xmlns='http://jabber.org/protocol/disco#items'/></not>"
        "</query></iq>");
    server.send("admin",
                "<iq type='get' id='n' to='example.org'><query "
                "xmlns='http://jabber.org/protocol/disco#info' node='urn:probe#run'/></iq>");
    server.expect(
        "admin",
        "<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'><identity "
        "category='automation' type='command-node'/>"
        "</query></iq>");
    server.send("admin",
                "<iq type='set' id='x' to='example.org'><command "
                "xmlns='http://jabber.org/protocol/commands' node='nothing'/></iq>");
    server.expect("admin",
                  "<iq type='error' id='x'><error type='cancel'><item-not-found "
                  "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    server.send("admin",
                "<iq type='set' id='y' to='example.org'><command action='cancel' "
                "xmlns='http://jabber.org/protocol/commands' node='urn:probe#run'/></iq>");
    server.expect("admin",
                  "<iq type='error' id='y'><error type='modify'><bad-request "
                  "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
}

BOOST_AUTO_TEST_CASE(the_server_goes_on_without_modules_that_cannot_run) {
    Server server({{"gone", TEST_MODULES_DIR "/no-such.so", {}},
                   probe("probe.example.org", "start"),
                   probe("chat.example.org"),
                   probe("probe.example.org"),
                   probe("probe.example.org")});
    BOOST_TEST(server.running == 1u);
    server.make_room();
    server.tell("pass");
    server.expect("alice", "<message from='room@chat.example.org/bob'/>");
}

BOOST_AUTO_TEST_CASE(two_instances_judge_one_after_the_other) {
    Server server({probe("one.example.org"), probe("two.example.org")});
    BOOST_TEST(server.running == 2u);
    server.make_room();
    server.tell("replace");
    server.expect("alice", "<message><done xmlns='urn:probe'/></message>");
}

BOOST_AUTO_TEST_CASE(what_a_module_says_while_it_stops_is_still_sent) {
    Server server;
    server.make_room();
    server.host.stop();
    server.settle();
    server.expect("alice", "<message><said xmlns='urn:probe'>goodbye</said></message>");
    server.send("bob",
                "<iq type='get' id='q' to='probe.example.org'><ping xmlns='urn:xmpp:ping'/></iq>");
    server.expect("bob", "<message/>");
    server.expect("bob", "<iq type='error' id='q'/>");
}

BOOST_AUTO_TEST_CASE(it_hears_who_asks_a_room) {
    Server server;
    server.make_room();
    server.send(
        "admin",
        "<iq type='get' id='s' to='room@chat.example.org'><events xmlns='urn:probe'/></iq>");
    server.expect("admin",
                  "<iq type='result' id='s'><events xmlns='urn:probe' sender='stranger'/></iq>");
}

BOOST_AUTO_TEST_CASE(iqs_between_clients_are_judged) {
    Server server;
    server.make_room();
    server.events();
    server.ask("pass");
    server.expect("alice", "<iq type='get' id='q' from='bob@example.org/1'/>");
    server.ask("refuse");
    server.expect("bob",
                  "<iq type='error' id='q' from='alice@example.org/1'><error type='cancel'>"
                  "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    BOOST_TEST(!server.receive("alice").has_value());
    server.send("bob",
                "<iq type='get' id='o' to='alice@example.org/1'><do xmlns='urn:other' "
                "what='refuse'/></iq>");
    server.expect("alice", "<iq type='get' id='o'/>");
    server.ask("broadcast");
    server.expect("alice", "<iq type='get' id='q'/>");
    server.expect("alice", "<message><said xmlns='urn:probe'>after</said></message>");
    check(server.events(), {"iq pass", "iq refuse", "iq broadcast"});
}

BOOST_AUTO_TEST_CASE(every_module_judges_an_iq_until_one_refuses) {
    Server server({probe("one.example.org"), probe("two.example.org")});
    server.make_room();
    server.events();
    server.ask("pass");
    server.expect("alice", "<iq type='get' id='q'/>");
    server.ask("throw");
    server.expect("bob", "<iq type='error' id='q'/>");
    // The first is out of service and answers nothing more: this is the second's list.
    check(server.events(),
          {"configured flags=0 generation=1", "joined flags=0 generation=2",
           "configured flags=0 generation=3", "joined flags=0 generation=4", "iq pass"});
}

BOOST_AUTO_TEST_CASE(iqs_for_a_module_that_is_out_are_refused) {
    Server server;
    for (const char* what : {"throw", "pass"}) {
        server.ask(what);
        server.expect("bob",
                      "<iq type='error' id='q'><error type='cancel'><service-unavailable "
                      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    }
    BOOST_TEST(!server.receive("alice").has_value());
    server.send("bob",
                "<iq type='get' id='o' to='alice@example.org/1'><x xmlns='urn:other'/></iq>");
    server.expect("alice", "<iq type='get' id='o'/>");
}

BOOST_AUTO_TEST_CASE(each_module_has_values_of_its_own_in_a_room) {
    Server server({{"one", probe_path, {{"domain", "one.example.org"}}},
                   {"two", probe_path, {{"domain", "two.example.org"}}}});
    server.make_room();
    server.events();
    server.expect_form("as it was", "as it was", "");
    server.configure("1", "as it was", "Hall");
    check(server.events(), {"submitted flags=0 generation=4", "values of room@chat.example.org: 1",
                            "configured flags=0 generation=5"});
    server.configure("1", "2", "Hall");
    check(server.events(), {"submitted flags=0 generation=5", "configured flags=0 generation=6"});
    server.expect_form("1", "2", "Hall");
    // One accepts, the other refuses.
    server.configure("3", "refuse", "Den");
    server.expect("alice",
                  "<iq type='error' id='c'><error type='cancel'><conflict "
                  "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    check(server.events(), {"submitted flags=0 generation=6"});
    server.expect_form("1", "2", "Hall");
}

BOOST_AUTO_TEST_CASE(a_module_that_starts_later_hears_a_rooms_values_before_its_snapshot) {
    Server server({{"one", probe_path, {{"domain", "one.example.org"}}}});
    server.make_room();
    server.configure("1", "2", "Hall");
    server.host.stop();
    server.settle();
    BOOST_TEST(server.host.start() == 1u);
    check(server.events(),
          {"values of room@chat.example.org: 1", "snapshot flags=0 generation=5",
           "occupant alice alice@example.org/1", "occupant bob bob@example.org/1"});
}
