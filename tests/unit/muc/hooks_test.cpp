#include <boost/test/unit_test.hpp>

#include "tests/unit/muc/dialogue.hpp"
#include "xmpp/namespaces.hpp"

using namespace parley::server::muc;
using test::Bench;
using test::stanza;
namespace xmpp = parley::xmpp;

namespace {

/// Writes down every event, and judges messages as it is told.
class Recorder : public MucHooks {
  public:
    MessageVerdict judge_message(const Room&, const OccupantInfo& sender,
                                 const xmpp::Element& message) override {
        if (message.child("call", "urn:call") == nullptr) return {};
        note("judge " + std::string(sender.nick));
        return verdict;
    }

    bool take_room_iq(const Room&, const OccupantInfo* sender, const xmpp::Element& iq) override {
        if (iq.child("calls", "urn:call") == nullptr) return false;
        note("iq " + (sender == nullptr ? std::string("stranger") : std::string(sender->nick)));
        return true;
    }

    std::optional<xmpp::Element> judge_iq(const xmpp::Element& iq) override {
        if (iq.child("call", "urn:call") == nullptr) return std::nullopt;
        note("judge iq from " + std::string(iq.attr("from")) + " to " + std::string(iq.attr("to")));
        return verdict.error;
    }

    std::vector<xmpp::Element> config_fields(const Room&) override {
        return {stanza("<field xmlns='jabber:x:data' var='urn:call#limit'/>")};
    }

    FormVerdict judge_form(const Room& room, const xmpp::Element& form) override {
        note("form of type " + std::string(form.attr("type")) + ", " +
             (room.config().members_only ? "members-only" : "open"));
        return form_verdict;
    }

    void module_values(const Room& room, const ModuleValues& values) override {
        for (const auto& [module, value] : values)
            note("values " + room.address() + " " + module + " " + value);
    }

    void room_configured(const Room& room) override { step(room, "configured"); }

    void room_destroyed(const Room& room) override { step(room, "destroyed"); }

    void occupant_joined(const Room& room, const OccupantInfo& who) override {
        step(room, "joined " + std::string(who.nick) + " " + who.real_jid.to_string());
    }

    void occupant_changed(const Room& room, std::string_view old_nick,
                          const OccupantInfo& who) override {
        step(room, "changed " + std::string(old_nick) + " " + std::string(who.nick) + " " +
                       std::string(to_string(who.affiliation)) + " " +
                       std::string(to_string(who.role)));
    }

    void occupant_presence(const Room& room, const OccupantInfo& who, const xmpp::Element* before,
                           const xmpp::Element& now) override {
        if (!hears_presence) return;
        // No step of the generation.
        BOOST_TEST(room.generation == generation_);
        const auto show = [](const xmpp::Element& presence) {
            const xmpp::Element* shown = presence.child("show", xmpp::ns::client);
            return shown == nullptr ? std::string("-") : shown->text();
        };
        note("presence " + std::string(who.nick) + " " + (before == nullptr ? "" : show(*before)) +
             " " + show(now));
    }

    std::vector<RoomCommand> room_commands() override { return {{"urn:call#run", "Run"}}; }

    std::optional<xmpp::Element> run_room_command(const xmpp::Element& iq) override {
        note("command of " + std::string(iq.attr("from")));
        return xmpp::iq_result(iq);
    }

    void occupant_left(const Room& room, const OccupantInfo& who, LeaveReason reason) override {
        step(room, "left " + std::string(who.nick) + " " + std::string(to_string(who.affiliation)) +
                       " " + std::to_string(static_cast<int>(reason)));
    }

    std::vector<xmpp::Element> room_info(const Room&) override {
        return {xmpp::Element("feature", xmpp::Element("x", "urn:x").ns())};
    }

    std::vector<std::string> service_features() override { return {"urn:call"}; }

    void flush() override { ++flushes; }

    std::vector<std::string> take() { return std::exchange(events, {}); }

    void forget_generation() { generation_ = 0; }

    MessageVerdict verdict;
    FormVerdict form_verdict;
    bool hears_presence = false;
    std::vector<std::string> events;
    int flushes = 0;

  private:
    void note(std::string event) { events.push_back(std::move(event)); }

    void step(const Room& room, std::string event) {
        // Every event is one step of the generation.
        BOOST_TEST(room.generation == ++generation_);
        note(std::move(event));
    }

    uint64_t generation_ = 0;
};

struct Fixture {
    Recorder hooks;
    Bench bench{hooks};

    void join(const std::string& client, const std::string& nick) {
        bench.send(client, stanza("<presence to='room@chat.example.org/" + nick +
                                  "'><x xmlns='http://jabber.org/protocol/muc'/></presence>"));
    }

    void unlock() {
        bench.send("alice", stanza("<iq type='set' id='u' to='room@chat.example.org'>"
                                   "<query xmlns='http://jabber.org/protocol/muc#owner'>"
                                   "<x xmlns='jabber:x:data' type='submit'/></query></iq>"));
    }

    void configure(const std::string& fields) {
        bench.send("alice", stanza("<iq type='set' id='c' to='room@chat.example.org'>"
                                   "<query xmlns='http://jabber.org/protocol/muc#owner'>"
                                   "<x xmlns='jabber:x:data' type='submit'>" +
                                   fields + "</x></query></iq>"));
    }

    const Room& room() { return *bench.service->room(*xmpp::Jid::parse("room@chat.example.org")); }

    void expect(const std::string& client, const std::string& pattern) {
        const auto got = bench.receive(client);
        BOOST_REQUIRE(got.has_value());
        std::string why;
        BOOST_TEST(test::matches(stanza(pattern), *got, why), why);
    }

    void admin(const std::string& item) {
        bench.send("alice", stanza("<iq type='set' id='a' to='room@chat.example.org'>"
                                   "<query xmlns='http://jabber.org/protocol/muc#admin'>" +
                                   item + "</query></iq>"));
    }

    void room_with_bob() {
        join("alice", "a");
        unlock();
        join("bob", "b");
        hooks.take();
        bench.drain();
    }
};

using Events = std::vector<std::string>;

void check(const Events& actual, const Events& expected) {
    BOOST_CHECK_EQUAL_COLLECTIONS(actual.begin(), actual.end(), expected.begin(), expected.end());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hooks, Fixture)

BOOST_AUTO_TEST_CASE(hears_of_creation_configuration_and_joins_in_order) {
    join("alice", "a");
    unlock();
    join("bob", "b");
    check(hooks.take(), {"configured", "joined a alice@example.org/1", "form of type submit, open",
                         "configured", "joined b bob@example.org/1"});
}

BOOST_AUTO_TEST_CASE(hears_of_every_way_out) {
    room_with_bob();
    bench.send("bob", stanza("<presence type='unavailable' to='room@chat.example.org/b'/>"));
    check(hooks.take(), {"left b none 0"});
    join("bob", "b");
    hooks.take();
    admin("<item nick='b' role='none'/>");
    check(hooks.take(), {"left b none 1"});
    join("bob", "b");
    hooks.take();
    bench.service->session_ended(Bench::jid("bob"), true);
    check(hooks.take(), {"left b none 4"});
    join("bob", "b");
    admin("<item jid='bob@example.org' affiliation='member'/>");
    hooks.take();
    admin("<item jid='bob@example.org' affiliation='outcast'/>");
    check(hooks.take(), {"left b member 2"});
    bench.service->shut_down();
    check(hooks.take(), {"left a owner 5", "destroyed"});
}

BOOST_AUTO_TEST_CASE(hears_of_changes) {
    room_with_bob();
    bench.send("bob", stanza("<presence to='room@chat.example.org/bobby'/>"));
    check(hooks.take(), {"changed b bobby none participant"});
    admin("<item jid='bob@example.org' affiliation='admin'/>");
    check(hooks.take(), {"changed bobby bobby admin moderator"});
    admin("<item jid='bob@example.org' affiliation='none'/>");
    check(hooks.take(), {"changed bobby bobby none participant"});
}

BOOST_AUTO_TEST_CASE(hears_what_each_client_says_in_its_presence) {
    room_with_bob();
    hooks.hears_presence = true;
    bench.send("bob",
               stanza("<presence to='room@chat.example.org/b'><show>away</show></presence>"));
    check(hooks.take(), {"presence b - away"});
    bench.send("bob", stanza("<presence to='room@chat.example.org/c'><show>xa</show></presence>"));
    check(hooks.take(), {"changed b c none participant", "presence c away xa"});
    bench.send("bob2", stanza("<presence to='room@chat.example.org/c'><show>dnd</show>"
                              "<x xmlns='http://jabber.org/protocol/muc'/></presence>"));
    check(hooks.take(), {"joined c bob@example.org/2", "presence c  dnd"});
    // Enters again without having left.
    join("bob", "c");
    check(hooks.take(), {"joined c bob@example.org/1", "presence c  -"});
    // What the room refuses is not said.
    bench.send("bob", stanza("<presence to='room@chat.example.org/a'><show>xa</show></presence>"));
    bench.send("bob", stanza("<presence type='unavailable' to='room@chat.example.org/c'>"
                             "<show>xa</show></presence>"));
    check(hooks.take(), {"left c none 0"});
}

BOOST_AUTO_TEST_CASE(commands_of_the_room_are_for_its_owners_and_administrators) {
    bench.config.admins = {Bench::jid("carol").bare()};
    room_with_bob();
    const std::string list =
        "<iq type='get' id='l' to='room@chat.example.org'>"
        "<query xmlns='http://jabber.org/protocol/disco#items' "
        "node='http://jabber.org/protocol/commands'/></iq>";
    const std::string run =
        "<iq type='set' id='r' to='room@chat.example.org'>"
        "<command xmlns='http://jabber.org/protocol/commands' node='urn:call#run'/></iq>";
    for (const char* client : {"alice", "carol"}) {
        bench.send(client, stanza(list));
        expect(client,
               "<iq type='result' id='l'><query xmlns='http://jabber.org/protocol/disco#items'>"
               "<item jid='room@chat.example.org' node='urn:call#run' name='Run'/></query></iq>");
        bench.send(client, stanza(run));
        check(hooks.take(), {"command of " + std::string(client) + "@example.org/1"});
        expect(client, "<iq type='result' id='r' from='room@chat.example.org'/>");
    }
    bench.send("bob", stanza(list));
    expect("bob",
           "<iq type='result' id='l'><query xmlns='http://jabber.org/protocol/disco#items'>"
           "<not xmlns='urn:test'><item xmlns='http://jabber.org/protocol/disco#items'/></not>"
           "</query></iq>");
    bench.send("bob", stanza(run));
    expect("bob",
           "<iq type='error' id='r'><error type='auth'><forbidden "
           "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    check(hooks.take(), {});
}

BOOST_AUTO_TEST_CASE(a_dropped_message_reaches_nobody_and_its_sender_hears_why) {
    room_with_bob();
    hooks.verdict.kind = MessageVerdict::Kind::drop;
    hooks.verdict.judged = true;
    hooks.verdict.error = stanza(
        "<error type='cancel'><not-allowed "
        "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    bench.send("bob", stanza("<message id='m' type='groupchat' to='room@chat.example.org'>"
                             "<call xmlns='urn:call'/></message>"));
    check(hooks.take(), {"judge b"});
    BOOST_TEST(!bench.receive("alice").has_value());
    std::string why;
    BOOST_TEST(test::matches(stanza("<message id='m' type='error' from='room@chat.example.org'>"
                                    "<error type='cancel'/></message>"),
                             *bench.receive("bob"), why),
               why);
}

BOOST_AUTO_TEST_CASE(a_replaced_message_is_stamped_and_stays_out_of_the_history) {
    room_with_bob();
    hooks.verdict.kind = MessageVerdict::Kind::replace;
    hooks.verdict.judged = true;
    hooks.verdict.replacement = stanza(
        "<message type='groupchat' from='evil@example.org'>"
        "<body>x</body><call xmlns='urn:call' position='2'/></message>");
    bench.send("bob", stanza("<message type='groupchat' to='room@chat.example.org'>"
                             "<body>x</body><call xmlns='urn:call'/></message>"));
    std::string why;
    for (const char* client : {"alice", "bob"})
        BOOST_TEST(test::matches(stanza("<message type='groupchat' id='*' "
                                        "from='room@chat.example.org/b'>"
                                        "<call xmlns='urn:call' position='2'/></message>"),
                                 *bench.receive(client), why),
                   why);
    BOOST_TEST(bench.service->room(*xmpp::Jid::parse("room@chat.example.org"))->history.empty());
}

BOOST_AUTO_TEST_CASE(private_and_other_messages_are_judged_too) {
    room_with_bob();
    bench.send("bob", stanza("<message type='chat' to='room@chat.example.org/a'>"
                             "<call xmlns='urn:call'/></message>"));
    bench.send("bob",
               stanza("<message to='room@chat.example.org'><call xmlns='urn:call'/></message>"));
    check(hooks.take(), {"judge b", "judge b"});
}

BOOST_AUTO_TEST_CASE(iqs_to_the_room_are_offered_with_their_sender) {
    room_with_bob();
    for (const char* client : {"bob", "carol"})
        bench.send(client, stanza("<iq type='get' id='q' to='room@chat.example.org'>"
                                  "<calls xmlns='urn:call'/></iq>"));
    check(hooks.take(), {"iq b", "iq stranger"});
    BOOST_TEST(!bench.receive("bob").has_value());
}

BOOST_AUTO_TEST_CASE(iqs_between_occupants_are_judged_before_they_are_relayed) {
    room_with_bob();
    const std::string call =
        "<iq type='set' id='q' to='room@chat.example.org/b'><call xmlns='urn:call'/></iq>";
    bench.send("alice", stanza(call));
    check(hooks.take(), {"judge iq from alice@example.org/1 to room@chat.example.org/b"});
    expect("bob", "<iq type='set' from='room@chat.example.org/a' id='*'/>");
    hooks.verdict.error = stanza(
        "<error type='cancel'><not-allowed "
        "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    bench.send("alice", stanza(call));
    hooks.take();
    expect("alice",
           "<iq type='error' id='q' from='room@chat.example.org/b'><error "
           "type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
           "</error></iq>");
    BOOST_TEST(!bench.receive("bob").has_value());
    // The answer to the first, and what no relay would carry.
    bench.send("carol", stanza(call));
    bench.send("alice", stanza("<iq type='get' id='p' to='room@chat.example.org/a'>"
                               "<ping xmlns='urn:xmpp:ping'/></iq>"));
    check(hooks.take(), {});
}

BOOST_AUTO_TEST_CASE(adds_fields_to_the_owners_form) {
    room_with_bob();
    bench.send("alice", stanza("<iq type='get' id='f' to='room@chat.example.org'>"
                               "<query xmlns='http://jabber.org/protocol/muc#owner'/></iq>"));
    expect("alice",
           "<iq type='result'><query xmlns='http://jabber.org/protocol/muc#owner'>"
           "<x xmlns='jabber:x:data' type='form'><field var='muc#roomconfig_roomname'/>"
           "<field var='urn:call#limit'/></x></query></iq>");
}

BOOST_AUTO_TEST_CASE(a_form_is_judged_before_anything_changes) {
    room_with_bob();
    hooks.form_verdict.error = stanza(
        "<error type='modify'><not-acceptable "
        "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    configure("<field var='muc#roomconfig_membersonly'><value>1</value></field>");
    check(hooks.take(), {"form of type submit, open"});
    expect("alice",
           "<iq type='error' id='c' from='room@chat.example.org'><error type='modify'>"
           "<not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    BOOST_TEST(!room().config().members_only);
    BOOST_TEST(!bench.receive("bob").has_value());
    // One that the room itself refuses is none of the hooks' business.
    configure("<field var='muc#roomconfig_whois'><value>nobody</value></field>");
    check(hooks.take(), {});
}

BOOST_AUTO_TEST_CASE(values_are_laid_over_the_rooms_and_occupants_hear_of_a_change) {
    room_with_bob();
    hooks.form_verdict.changed = {{"one", "1"}, {"two", "2"}};
    configure("");
    check(hooks.take(), {"form of type submit, open", "values room@chat.example.org one 1",
                         "values room@chat.example.org two 2", "configured"});
    expect("bob",
           "<message type='groupchat'><x xmlns='http://jabber.org/protocol/muc#user'>"
           "<status code='104'/></x></message>");
    hooks.form_verdict.changed = {{"one", "3"}};
    configure("");
    BOOST_TEST((room().module_values() == ModuleValues{{"one", "3"}, {"two", "2"}}));
    bench.drain();
    hooks.form_verdict.changed = {};
    configure("");
    BOOST_TEST(!bench.receive("bob").has_value());
}

BOOST_AUTO_TEST_CASE(values_of_a_stored_room_come_before_everything_else_of_it) {
    room_with_bob();
    hooks.form_verdict.changed = {{"one", "1"}};
    configure("<field var='muc#roomconfig_persistentroom'><value>1</value></field>");
    hooks.take();
    hooks.forget_generation();
    bench.restart();
    check(hooks.take(), {"values room@chat.example.org one 1", "configured"});
}

BOOST_AUTO_TEST_CASE(is_asked_to_flush_after_each_stanza) {
    const int before = hooks.flushes;
    join("alice", "a");
    BOOST_TEST(hooks.flushes == before + 1);
}

BOOST_AUTO_TEST_CASE(the_entry_points_reach_rooms_and_occupants_only) {
    room_with_bob();
    const auto room = *xmpp::Jid::parse("room@chat.example.org");
    const auto message = stanza("<message type='groupchat' from='room@chat.example.org'/>");
    BOOST_TEST(bench.service->broadcast(room, message));
    BOOST_TEST(bench.receive("alice").has_value());
    BOOST_TEST(bench.receive("bob").has_value());
    BOOST_TEST(!bench.service->broadcast(*xmpp::Jid::parse("other@chat.example.org"), message));
    BOOST_TEST(bench.service->send_to_occupant(room, Bench::jid("bob"), message));
    BOOST_TEST(bench.receive("bob")->attr("to") == "bob@example.org/1");
    BOOST_TEST(!bench.service->send_to_occupant(room, Bench::jid("carol"), message));
}

BOOST_AUTO_TEST_SUITE_END()
