/// The module from outside: through the structs of the ABI, with RecordingHost on the other side.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "module/admin/user_forms.hpp"
#include "module/composition/state_files.hpp"
#include "tests/unit/module/recording_host.hpp"

#include "tests/unit/temporary_folder.hpp"
#include "xmpp/xml.hpp"

namespace parley::module::test {

namespace {

constexpr uint32_t private_room = XSM_MUC_ROOM_MEMBERS_ONLY | XSM_MUC_ROOM_NON_ANONYMOUS;
const std::string id = "0f3b9c1e-6d4a-4a5e-9b1f-2f7c8a1d3e50";
using Options = RecordingHost::Options;
using parley::test::TemporaryFolder;
const Options with_sfu = {{"sfu_jid", "sfu.example.org"}};

std::string propose(const std::string& call = id) {
    return "<message xmlns='jabber:client' type='groupchat' to='team@conference.example.org' "
           "from='alice@example.org/phone'><propose xmlns='urn:xmpp:jingle-muc-message:0' id='" +
           call +
           "'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose></message>";
}

std::string say(const std::string& action) {
    return "<message xmlns='jabber:client' type='groupchat' "
           "to='team@conference.example.org'><" +
           action + " xmlns='urn:xmpp:jingle-muc-message:0' id='" + id + "'/></message>";
}

std::string session_initiate() {
    return "<iq xmlns='jabber:client' type='set' id='j1' from='alice@example.org/phone' to='" + id +
           "@sfu.example.org'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='" +
           id +
           ":1'><muji xmlns='urn:xmpp:jingle:muji:0' room='team@conference.example.org'/>"
           "<content creator='initiator' name='0' senders='initiator'>"
           "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'><rtcp-mux/></description>"
           "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='u' pwd='p'/></content>"
           "</jingle></iq>";
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

bool any_contains(const std::vector<std::string>& lines, const std::string& part) {
    for (const std::string& line : lines) {
        if (contains(line, part)) return true;
    }
    return false;
}

/// What the module does when it starts, and then offers its commands.
std::vector<std::string> followed_by_commands(std::vector<std::string> lines) {
    for (const std::string_view node :
         {"active-calls", "call", "end-call", "remove-participant", "forbid-user", "allow-user",
          "forbidden-users", "statistics", "drain", "resume", "reload"}) {
        lines.push_back("command urn:parley:admin:0#" + std::string(node));
    }
    for (const std::string_view node : {"active-calls", "call", "end-call", "remove-participant"}) {
        lines.push_back("owners' command urn:parley:room:0#" + std::string(node));
    }
    return lines;
}

/// A started module with alice and bob in a private room.
struct Running {
    explicit Running(const RecordingHost::Options& options = with_sfu) : host(options) {
        BOOST_REQUIRE_EQUAL(host.start(), "");
        host.configured(private_room);
        host.joined("alice", XSM_MUC_OWNER);
        host.joined("bob");
        host.take();
    }

    RecordingHost host;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(abi)

BOOST_AUTO_TEST_CASE(start_registers_and_stop_gives_back) {
    RecordingHost host(with_sfu);
    BOOST_TEST(host.start() == "");
    const std::vector<std::string> started = {
        "service sfu.example.org",
        "interest urn:xmpp:jingle-muc-message:0 urn:xmpp:jingle-muc-media-sfu:0 "
        "urn:xmpp:call-invites:0 urn:xmpp:call-message:1",
        "presence urn:xmpp:jingle:muji:0",
        "IQs urn:xmpp:jingle:1",
        "features urn:xmpp:jingle-muc-message:0 urn:xmpp:jingle-muc-media-sfu:0",
        "fields <field xmlns='jabber:x:data'"};
    BOOST_TEST(host.take() == followed_by_commands(started), boost::test_tools::per_element());
    host.stop();
    const std::vector<std::string> stopped = {
        "media joined", "no service sfu.example.org", "fields ", "features", "IQs", "presence",
        "interest"};
    auto done = host.take();
    std::erase_if(done, [](const auto& line) { return line.starts_with("no command "); });
    BOOST_TEST(done == stopped, boost::test_tools::per_element());
    BOOST_TEST(host.start() == "");
    host.stop();
}

BOOST_AUTO_TEST_CASE(without_sfu_jid_no_sfu_is_announced) {
    RecordingHost host(Options{});
    BOOST_TEST(host.start() == "");
    const std::vector<std::string> started = {
        "interest urn:xmpp:jingle-muc-message:0 urn:xmpp:jingle-muc-media-sfu:0 "
        "urn:xmpp:call-invites:0 urn:xmpp:call-message:1",
        "presence urn:xmpp:jingle:muji:0", "IQs urn:xmpp:jingle:1",
        "features urn:xmpp:jingle-muc-message:0", "fields <field xmlns='jabber:x:data'"};
    BOOST_TEST(host.take() == followed_by_commands(started), boost::test_tools::per_element());
    BOOST_TEST(!contains(host.room_info(), "sfu"));
    host.stop();
}

BOOST_AUTO_TEST_CASE(wrong_options_make_no_module) {
    const RecordingHost host(Options{{"participants", "5"}});
    BOOST_TEST(!host.created());
    BOOST_TEST(contains(host.create_error, "there is no option participants"));
    BOOST_TEST(contains(host.create_error, "participants_max"));
}

BOOST_AUTO_TEST_CASE(a_failed_start_says_how_to_mend_it) {
    RecordingHost taken(Options{{"sfu_jid", "taken.example.org"}});
    BOOST_TEST(contains(taken.start(), "set sfu_jid to one that nothing else"));
    RecordingHost threads(Options{{"sfu_jid", "sfu.example.org"}, {"sfu_workers", "13"}});
    BOOST_TEST(contains(threads.start(), "the SFU cannot start: no thread"));
    RecordingHost no_rooms(Options{}, XSM_EXT_MUC);
    BOOST_TEST(contains(no_rooms.start(), "the server has no xsm.muc/1"));
}

BOOST_AUTO_TEST_CASE(a_missing_extension_is_told_with_its_cost) {
    struct Case {
        const char* missing;
        std::string cost;
    };

    const Case cases[] = {
        {XSM_EXT_TIMER, "calls that nobody answers end only when"},
        {XSM_EXT_DISCO, "clients cannot discover"},
        {XSM_EXT_ADHOC, "no commands for calls"},
        {XSM_EXT_ROUTE, "clients alone check"},
        {XSM_EXT_PRESENCE, "(Muji) are not seen"},
        {XSM_EXT_ROOM_CONFIG, "owners cannot set"},
        {XSM_EXT_STORAGE, "a restart forgets"},
        {XSM_EXT_SERVICE, "no SFU although sfu_jid is set"},
        {XSM_EXT_STANZA, "rooms do not answer"},
    };
    for (const Case& c : cases) {
        RecordingHost host(with_sfu, c.missing);
        BOOST_TEST(host.start() == "");
        BOOST_TEST(any_contains(host.logged, c.cost));
        host.stop();
    }
}

BOOST_AUTO_TEST_CASE(an_iq_between_users_passes_or_is_answered_with_an_error) {
    Running running;
    running.host.says("alice", propose());
    const auto initiate = [](const std::string& from, const std::string& sid) {
        return "<iq xmlns='jabber:client' type='set' id='i' from='" + from +
               "@example.org/phone' to='alice@example.org/phone'><jingle xmlns='urn:xmpp:jingle:1' "
               "action='session-initiate' sid='" +
               sid + "'/></iq>";
    };
    BOOST_TEST(running.host.user_iq(initiate("bob", "a-call-of-two")) == "");
    const std::string sid = id + ":1";
    BOOST_TEST(contains(running.host.user_iq(initiate("bob", sid)), "<forbidden"));
    running.host.says("bob", say("accept"));
    BOOST_TEST(running.host.user_iq(initiate("bob", sid)) == "");
    BOOST_TEST(contains(running.host.user_iq("<iq"), "<bad-request"));
}

BOOST_AUTO_TEST_CASE(owners_set_what_calls_their_room_allows) {
    const auto values = [](const std::string& calls, const std::string& most) {
        return "<x xmlns='jabber:x:data' type='submit'>"
               "<field var='urn:parley:room:0#calls'><value>" +
               calls + "</value></field><field var='urn:parley:room:0#participants_max'><value>" +
               most + "</value></field></x>";
    };
    Running running;
    BOOST_TEST(contains(running.host.room_info(), "sfu_service"));
    BOOST_TEST(contains(running.host.submits(values("1", "51")), "<bad-request"));
    BOOST_TEST(contains(running.host.submits(values("1", "many")), "<bad-request"));
    BOOST_TEST(running.host.submits(values("0", "50")) == "");
    BOOST_TEST(contains(running.host.says("alice", propose()), "<calls-disabled"));
    BOOST_TEST(running.host.room_info() == "");
    BOOST_TEST(running.host.submits(values("1", "50")) == "");
    BOOST_TEST(contains(running.host.says("alice", propose()), "replace <message"));
    running.host.stop();

    RecordingHost host(with_sfu);
    BOOST_TEST(host.start() == "");
    BOOST_TEST(any_contains(host.take(), "fields <field xmlns='jabber:x:data'"));
    host.stop();
}

BOOST_AUTO_TEST_CASE(calls_of_a_lost_node_are_ended_for_their_participants) {
    Running running;
    running.host.lost_node("b@host",
                           "<call xmlns='urn:xmpp:jingle-muc-message:0' "
                           "id='0f3b9c1e-6d4a-4a5e-9b1f-2f7c8a1d3e51' mode='mesh' "
                           "room='other@conference.example.org'>"
                           "<participant jid='carol@example.org/phone'/></call>");
    const auto done = running.host.take();
    BOOST_REQUIRE(done.size() == 1u);
    BOOST_TEST(contains(done[0], "route <message xmlns='jabber:client'"));
    BOOST_TEST(contains(done[0], "to='carol@example.org/phone'"));
    running.host.lost_node("b@host", "<call");
    running.host.lost_node("b@host", "<call xmlns='urn:xmpp:jingle-muc-message:0' id='x'/>");
    BOOST_TEST(running.host.take().empty());
}

BOOST_AUTO_TEST_CASE(a_run_that_broke_off_leaves_its_calls_and_forbidden_users_to_the_next) {
    const TemporaryFolder crashed;
    const TemporaryFolder stopped;
    const auto forbid =
        "<iq xmlns='jabber:client' type='set' from='admin@example.org/1' to='example.org'><command "
        "xmlns='http://jabber.org/protocol/commands' node='urn:parley:admin:0#forbid-user'><x "
        "xmlns='jabber:x:data' type='submit'><field var='user'><value>bob@example.org</value>"
        "</field></x></command></iq>";
    const auto enter = [](RecordingHost& host) {
        host.configured(private_room);
        host.joined("alice", XSM_MUC_OWNER);
        host.joined("bob");
    };
    RecordingHost first(with_sfu, {}, stopped.path.string());
    BOOST_TEST(first.start() == "");
    enter(first);
    first.says("alice", propose());
    BOOST_TEST(contains(first.command(forbid), "may not take part"));
    // As the files are at this moment, the next run finds them where this one ends here.
    std::filesystem::copy(stopped.path, crashed.path);
    first.stop();

    RecordingHost after_crash(with_sfu, {}, crashed.path.string());
    BOOST_TEST(after_crash.start() == "");
    enter(after_crash);
    const auto told = after_crash.take();
    BOOST_TEST(any_contains(told, "send alice@example.org/phone <message"));
    BOOST_TEST(any_contains(told, "<ended xmlns='urn:xmpp:jingle-muc-message:0' id='" + id));
    BOOST_TEST(contains(after_crash.says("alice", propose()), "<call-id-in-use"));
    BOOST_TEST(contains(after_crash.says("bob", say("accept")), "<user-forbidden"));
    after_crash.stop();

    RecordingHost after_stop(with_sfu, {}, stopped.path.string());
    BOOST_TEST(after_stop.start() == "");
    enter(after_stop);
    BOOST_TEST(!any_contains(after_stop.take(), "<ended"));
    BOOST_TEST(contains(after_stop.says("bob", propose()), "<user-forbidden"));
    after_stop.stop();
}

BOOST_AUTO_TEST_CASE(as_many_users_as_may_be_forbidden_are_so_after_a_restart_and_fit_an_answer) {
    ForbiddenUsers users;
    const std::string reason(forbid_reason_octets_max, '&');
    for (size_t i = 0; i < forbidden_users_max; ++i) {
        const std::string user = "user-" + std::to_string(i) + "@" + std::string(60, 'x') + ".org";
        BOOST_REQUIRE(users.forbid(*xmpp::Jid::parse(user), {{}, "admin", reason}, WallTime{}));
    }
    const TemporaryFolder folder;
    std::string complaint;
    StateFiles files(folder.path, [&](const std::string& text) { complaint = text; });
    files.store(StoreForbiddenUsers{users.to_element(WallTime{})});
    BOOST_TEST(files.take().forbidden.all(WallTime{}).size() == forbidden_users_max);
    BOOST_TEST(complaint == "");

    const auto table = forbidden_users_table(admin_commands.front(), users.all(WallTime{}));
    BOOST_TEST(table.items.size() > 50u);
    BOOST_TEST(xmpp::parse_xml(xmpp::to_xml(table.to_element())).has_value());
}

BOOST_AUTO_TEST_CASE(a_page_of_many_calls_fits_an_answer) {
    Running running(Options{{"calls_per_room_max", "100"},
                            {"participants_max", "1000"},
                            {"proposals_per_minute_max", "100"},
                            {"room_proposals_per_minute_max", "100"}});
    RecordingHost& host = running.host;
    const auto id_of = [](int number) {
        return "0f3b9c1e-6d4a-4a5e-9b1f-" + std::to_string(100'000'000'000 + number);
    };
    const auto accept = [&](int number) {
        return "<message xmlns='jabber:client' type='groupchat' to='team@conference.example.org'>"
               "<accept xmlns='urn:xmpp:jingle-muc-message:0' id='" +
               id_of(number) + "'/></message>";
    };
    for (int person = 0; person < 80; ++person)
        host.joined("person" + std::to_string(person));
    for (int number = 0; number < 60; ++number) {
        host.says(number % 2 ? "alice" : "bob", propose(id_of(number)));
        for (int person = 0; person < 80; ++person)
            host.says("person" + std::to_string(person), accept(number));
    }
    const std::string answer = host.command(
        "<iq xmlns='jabber:client' type='set'><command "
        "xmlns='http://jabber.org/protocol/commands' node='urn:parley:admin:0#active-calls'><set "
        "xmlns='http://jabber.org/protocol/rsm'><max>1000</max></set></command></iq>");
    const auto command = xmpp::parse_xml(answer);
    BOOST_REQUIRE(command.has_value());
    const auto table = xmpp::DataForm::parse(*command->child("x", "jabber:x:data"));
    BOOST_TEST(table->items.size() > 20u);
    BOOST_TEST(table->items.size() < 60u);
    BOOST_TEST(contains(answer, "<count>60</count>"));
}

BOOST_AUTO_TEST_CASE(a_torn_journal_and_a_damaged_file_stop_nobody) {
    const TemporaryFolder directory;
    std::ofstream(directory.path / "calls.journal")
        << "+key <call\n+k2 <call xmlns='urn:xmpp:jingle-muc-message:0' id='x'/>\n-unknown\n"
        << "rubbish\n+" << id << " <call xmlns='urn:xmpp:jingle-muc-message:0' id='" << id;
    std::ofstream(directory.path / "forbidden-users.xml") << "<forbidden";
    RecordingHost host(with_sfu, {}, directory.path.string());
    BOOST_TEST(host.start() == "");
    BOOST_TEST(any_contains(host.logged, "forbidden-users.xml makes no sense"));
    host.configured(private_room);
    host.joined("alice", XSM_MUC_OWNER);
    BOOST_TEST(contains(host.says("alice", propose()), "replace <message"));
    host.stop();
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_written_to_is_told_once) {
    RecordingHost host(with_sfu, {}, "/nonexistent/directory");
    BOOST_TEST(host.start() == "");
    host.configured(private_room);
    host.joined("alice", XSM_MUC_OWNER);
    BOOST_TEST(contains(host.says("alice", propose()), "replace <message"));
    BOOST_TEST(std::ranges::count_if(host.logged, [](const auto& line) {
                   return contains(line, "cannot write /nonexistent/directory");
               }) == 1);
    host.stop();
}

BOOST_AUTO_TEST_CASE(options_change_while_calls_run) {
    Running running;
    RecordingHost& host = running.host;
    host.says("alice", propose());
    host.take();
    const Options fewer = {{"sfu_jid", "sfu.example.org"}, {"participants_max", "2"}};
    BOOST_TEST(host.reads_options(fewer) == "in force");
    BOOST_TEST(any_contains(host.take(), "fields <field"));
    BOOST_TEST(contains(host.says("bob", say("accept")), "replace <message"));
    const auto values = [](const std::string& most) {
        return "<x xmlns='jabber:x:data' type='submit'><field "
               "var='urn:parley:room:0#participants_max'><value>" +
               most + "</value></field></x>";
    };
    BOOST_TEST(contains(host.submits(values("3")), "from 2 to 2"));

    const Options wrong = {{"participants_max", "1"}};
    BOOST_TEST(contains(host.reads_options(wrong), "refused: option participants_max"));
    const Options other_sfu = {{"sfu_jid", "media.example.org"}, {"participants_max", "3"}};
    BOOST_TEST(contains(host.reads_options(other_sfu), "in force: the options of the SFU"));
    BOOST_TEST(host.submits(values("3")) == "");
    BOOST_TEST(contains(host.says("bob", say("ended")), "replace <message"));
}

BOOST_AUTO_TEST_CASE(a_message_is_replaced_passed_or_dropped) {
    Running running;
    RecordingHost& host = running.host;
    BOOST_TEST(contains(host.says("alice", propose()), "replace <message xmlns='jabber:client'"));
    BOOST_TEST(host.says("bob", say("reject")) == "pass");
    BOOST_TEST(contains(host.says("bob", say("ended")), "drop <error xmlns='jabber:client'"));
    BOOST_TEST(contains(host.says("bob", "<message><accept xmlns='urn:xmpp:jingle-muc-message:0'"),
                        "drop <error"));
    const std::string spelled = "urn:xmpp:jingle&#45;muc-message:0";
    BOOST_TEST(contains(host.says("bob", "<message xmlns='jabber:client'><accept xmlns='" +
                                             spelled + "'/></message>"),
                        "drop <error"));
    BOOST_TEST(
        host.says("bob", "<message xmlns='jabber:client'><body>urn:xmpp:</body></message>") ==
        "pass");
    BOOST_TEST(contains(host.says("bob", say("accept")), "position='2'"));
}

BOOST_AUTO_TEST_CASE(calls_among_clients_are_seen_in_their_presence) {
    Running running;
    RecordingHost& host = running.host;
    const std::string in =
        "<muji xmlns='urn:xmpp:jingle:muji:0'><content xmlns='urn:xmpp:jingle:1' name='audio'>"
        "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></content></muji>";
    const std::string query =
        "<iq xmlns='jabber:client' type='get' id='1' from='bob@example.org/phone' "
        "to='team@conference.example.org'><calls xmlns='urn:xmpp:jingle-muc-message:0'/></iq>";
    host.presence("alice", "<muji xmlns='urn:xmpp:jingle:muji:0'><preparing/></muji>");
    host.asks("bob", query);
    BOOST_TEST(!any_contains(host.take(), "<call "));
    host.presence("alice", in);
    host.presence("alice", "<muji");
    host.asks("bob", query);
    BOOST_TEST(any_contains(host.take(), "participant nick='alice'"));
    BOOST_TEST(contains(host.says("bob", propose()), "<active-call"));
    host.presence("alice", "");
    host.asks("bob", query);
    BOOST_TEST(!any_contains(host.take(), "<call "));
}

BOOST_AUTO_TEST_CASE(one_timer_follows_the_next_deadline) {
    Running running;
    RecordingHost& host = running.host;
    BOOST_TEST(host.timers.empty());
    host.says("alice", propose());
    BOOST_REQUIRE(host.timers.size() == 1u);
    const uint64_t delay_ms = host.timers.begin()->second;
    BOOST_TEST((delay_ms > 59'000 && delay_ms <= 60'000));
    host.says("bob", say("accept"));
    BOOST_TEST(host.timers.empty());
}

BOOST_AUTO_TEST_CASE(a_timer_that_runs_out_early_is_set_again) {
    Running running;
    running.host.says("alice", propose());
    running.host.timer();
    BOOST_TEST(running.host.timers.size() == 1u);
    BOOST_TEST(running.host.take().empty());
}

BOOST_AUTO_TEST_CASE(a_newcomer_is_told_alone) {
    Running running;
    RecordingHost& host = running.host;
    host.says("alice", propose());
    host.take();
    host.joined("carol");
    const auto done = host.take();
    BOOST_REQUIRE(done.size() == 2u);
    BOOST_TEST(contains(done[0], "send carol@example.org/phone <message"));
    BOOST_TEST(contains(done[1], "<calls xmlns='urn:xmpp:jingle-muc-message:0'>"));
}

BOOST_AUTO_TEST_CASE(who_leaves_is_out_of_the_call) {
    Running running;
    RecordingHost& host = running.host;
    host.says("alice", propose());
    host.says("bob", say("accept"));
    host.take();
    host.left("bob", XSM_MUC_KICKED);
    const auto done = host.take();
    BOOST_REQUIRE(done.size() == 1u);
    BOOST_TEST(contains(done[0], "from='team@conference.example.org/bob'"));
    BOOST_TEST(contains(done[0], "<security-error/>"));
    host.destroyed();
    BOOST_TEST(any_contains(host.take(), "<gone/>"));
}

BOOST_AUTO_TEST_CASE(rooms_answer_and_describe_their_calls) {
    Running running;
    RecordingHost& host = running.host;
    host.says("alice", propose());
    host.take();
    const std::string query =
        "<iq xmlns='jabber:client' type='get' id='1' from='bob@example.org/phone' "
        "to='team@conference.example.org'><calls xmlns='urn:xmpp:jingle-muc-message:0'/></iq>";
    BOOST_TEST(host.asks("bob", query) == 1);
    BOOST_TEST(any_contains(host.take(), "participant nick='alice'"));
    BOOST_TEST(host.asks("bob", "<iq xmlns='jabber:client' type='get'><x xmlns='y'/></iq>") == 0);
    const std::string info = host.room_info();
    BOOST_TEST(contains(info,
                        "<feature xmlns='http://jabber.org/protocol/disco#info' "
                        "var='urn:xmpp:jingle-muc-message:0'/>"));
    BOOST_TEST(contains(info, "<value>" + id + "</value>"));
    BOOST_TEST(contains(info, "<value>sfu.example.org</value>"));
}

BOOST_AUTO_TEST_CASE(an_administrator_lists_the_calls) {
    Running running;
    RecordingHost& host = running.host;
    const auto run = [&](const std::string& action) {
        return host.command(
            "<iq xmlns='jabber:client' type='set'><command "
            "xmlns='http://jabber.org/protocol/commands' "
            "node='urn:parley:admin:0#active-calls'" +
            action + "/></iq>");
    };
    const std::string nothing = run("");
    BOOST_TEST(contains(nothing, "<reported>"));
    BOOST_TEST(!contains(nothing, "<item>"));
    host.says("alice", propose());
    const std::string table = run(" action='execute'");
    BOOST_TEST(contains(table, "status='completed'"));
    for (const std::string value : {"team@conference.example.org", id.c_str(), "mesh", "ringing",
                                    "alice@example.org/phone"}) {
        BOOST_TEST(contains(table, "<value>" + value + "</value>"));
    }
    BOOST_TEST(contains(run(" action='cancel'"), "status='canceled'"));
    BOOST_TEST(contains(run(" action='prev'"), "bad-action"));
}

BOOST_AUTO_TEST_CASE(media_events_come_by_the_wake) {
    Running running;
    RecordingHost& host = running.host;
    host.to_service(session_initiate());
    const auto asked = host.take();
    BOOST_REQUIRE(asked.size() == 2u);
    BOOST_TEST(contains(asked[0], "route <iq"));
    BOOST_TEST(asked[1] == "media publish alice");
    host.wake_if_asked();
    BOOST_TEST(any_contains(host.take(), "action='session-accept'"));
}

BOOST_AUTO_TEST_CASE(stop_ends_calls_and_sessions_first) {
    Running running;
    RecordingHost& host = running.host;
    host.says("alice", propose("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"));
    host.to_service(session_initiate());
    host.wake_if_asked();
    host.take();
    host.stop();
    const auto done = host.take();
    BOOST_REQUIRE(done.size() >= 4u);
    BOOST_TEST(contains(done[0], "<ended xmlns='urn:xmpp:jingle-muc-message:0'"));
    BOOST_TEST(contains(done[1], "action='session-terminate'"));
    BOOST_TEST(done[2] == "media end");
    BOOST_TEST(done[3] == "media joined");
    BOOST_TEST(host.timers.empty());
}

BOOST_AUTO_TEST_CASE(rubbish_from_the_host_breaks_nothing) {
    Running running;
    RecordingHost& host = running.host;
    host.to_service("");
    host.to_service("<iq xmlns='jabber:client' type='set' from='@' to='sfu.example.org'/>");
    host.to_service("<iq xmlns='jabber:client' type='set'><jingle");
    host.left("nobody", 99);
    BOOST_TEST(host.command("<iq") == "");
    BOOST_TEST(host.asks("bob", "<iq") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::module::test
