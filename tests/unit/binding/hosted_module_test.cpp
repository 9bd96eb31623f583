#include "hosts/binding/hosted_module.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "tests/unit/temporary_folder.hpp"

using namespace parley::binding;
using parley::abi::ModuleOption;
using parley::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<HostedModule> load(const fs::path& storage = {},
                                   std::vector<ModuleOption> options = {}) {
    HostIdentity identity{"test", "1", "rooms.example"};
    identity.storage_directory = storage;
    std::vector<Action> last_words;
    auto module = HostedModule::load(
        TEST_MODULES_DIR "/talker.so", options, std::move(identity), [] {}, last_words);
    BOOST_REQUIRE_MESSAGE(module, (module ? "" : module.error().text));
    return std::move(*module);
}

/// What a module that starts asks for.
std::vector<Action> start(HostedModule& module, TakenNames taken = {}) {
    BOOST_REQUIRE(module.start(std::move(taken)));
    return module.take_actions();
}

template <class Wanted>
std::vector<Wanted> all(const std::vector<Action>& actions) {
    std::vector<Wanted> found;
    for (const Action& action : actions)
        if (const auto* one = std::get_if<Wanted>(&action)) found.push_back(*one);
    return found;
}

bool said(const std::vector<Action>& actions, std::string_view line,
          xsm_log_level level = XSM_LOG_DEBUG) {
    const auto lines = all<Log>(actions);
    return std::any_of(lines.begin(), lines.end(), [&](const Log& one) {
        return one.level == level && one.line.find(line) != std::string::npos;
    });
}

}  // namespace

BOOST_AUTO_TEST_CASE(interest_in_presence_is_an_action) {
    const auto module = load();
    const auto actions = start(*module);
    BOOST_TEST(said(actions, "interest 0 3"));
    const auto interest = all<SetPresenceInterest>(actions);
    BOOST_REQUIRE(interest.size() == 1u);
    BOOST_TEST(interest[0].namespaces == (std::vector<std::string>{"urn:a", "urn:b"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_payload_of_presence_reaches_the_module) {
    const auto module = load();
    start(*module);
    const std::string jid = "hall@rooms.example";
    const std::string nick = "alice";
    xsm_muc_room room{};
    room.struct_size = sizeof room;
    room.jid = {jid.data(), jid.size()};
    room.generation = 7;
    xsm_muc_occupant occupant{};
    occupant.struct_size = sizeof occupant;
    occupant.nick = {nick.data(), nick.size()};
    module->on_occupant_presence(room, occupant, "<x xmlns='urn:a'/>");
    module->on_occupant_presence(room, occupant, "");
    const auto actions = module->take_actions();
    BOOST_TEST(said(actions, "alice in hall@rooms.example has '<x xmlns='urn:a'/>' at 7"));
    BOOST_TEST(said(actions, "alice in hall@rooms.example has '' at 7"));
}

BOOST_AUTO_TEST_CASE(commands_carry_who_may_run_them) {
    const auto module = load();
    const auto actions = start(*module);
    BOOST_TEST(said(actions, "commands 0 0 0 2 2 3"));
    const auto commands = all<AddCommand>(actions);
    BOOST_REQUIRE(commands.size() == 3u);
    BOOST_TEST(commands[0].node == "a");
    BOOST_TEST(commands[0].access == XSM_ADHOC_ADMIN);
    BOOST_TEST(commands[1].node == "b");
    BOOST_TEST(commands[1].access == XSM_ADHOC_ROOM_OWNER);
    BOOST_TEST(!commands[1].on_every_node);
    BOOST_TEST(commands[2].node == "c");
    BOOST_TEST(commands[2].access == XSM_ADHOC_ADMIN);
    BOOST_TEST(commands[2].on_every_node);
}

BOOST_AUTO_TEST_CASE(a_node_that_others_have_is_taken_whoever_may_run_it) {
    const auto module = load();
    const auto actions = start(*module, {{}, {"a", "b", "c"}});
    BOOST_TEST(said(actions, "commands 3 3 3 2 2 3"));
    BOOST_TEST(all<AddCommand>(actions).empty());
}

BOOST_AUTO_TEST_CASE(without_a_directory_there_is_no_storage) {
    const auto module = load();
    BOOST_TEST(said(start(*module), "no storage"));
}

BOOST_AUTO_TEST_CASE(a_directory_is_made_for_its_owner_only) {
    const TemporaryFolder folder;
    const fs::path directory = folder.path / "modules/rooms.example/talker";
    const auto module = load(directory);
    BOOST_TEST(said(start(*module), "storage " + directory.string()));

    struct stat status {};

    BOOST_REQUIRE(stat(directory.c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 07777) == 0700u);
    // What is there stays.
    std::ofstream(directory / "kept") << "kept";
    const auto next = load(directory);
    BOOST_TEST(said(start(*next), "storage " + directory.string()));
    BOOST_TEST(fs::exists(directory / "kept"));
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_is_named_and_not_offered) {
    const TemporaryFolder folder;
    std::ofstream(folder.path / "file") << "in the way";
    for (const char* name : {"file", "file/talker"}) {
        const fs::path directory = folder.path / name;
        const auto module = load(directory);
        const auto actions = start(*module);
        BOOST_TEST(said(actions, "no storage"));
        BOOST_TEST(said(actions,
                        "cannot keep anything in " + directory.string() + ": Not a directory",
                        XSM_LOG_ERROR));
    }
}

BOOST_AUTO_TEST_CASE(a_wish_to_reload_is_an_action) {
    const auto module = load();
    BOOST_TEST(all<ReloadOptions>(start(*module)).size() == 1u);
}

BOOST_AUTO_TEST_CASE(options_are_passed_and_the_verdict_is_logged) {
    struct Case {
        const char* answer;
        bool in_force;
        const char* message;
    };

    const auto module = load();
    start(*module);
    for (const auto& [answer, in_force, message] :
         {Case{"accept", true, "its options are in force"},
          Case{"partly", true, "port is in force from the next start on"},
          Case{"refuse", false, "answer cannot be refuse"},
          Case{"refuse in silence", false, "it refuses its options"}}) {
        BOOST_TEST_CONTEXT(answer) {
            const std::vector<ModuleOption> options = {{"port", "1"}, {"answer", answer}};
            const OptionsVerdict verdict = module->on_options(options);
            BOOST_TEST(verdict.in_force == in_force);
            BOOST_TEST(verdict.message == message);
            const auto actions = module->take_actions();
            BOOST_TEST(said(actions, "port = 1"));
            BOOST_TEST(said(actions, message, in_force ? XSM_LOG_INFO : XSM_LOG_ERROR));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_module_that_takes_no_options_later_needs_a_start) {
    const auto module = load({}, {{"deaf", "true"}});
    start(*module);
    const OptionsVerdict verdict = module->on_options({});
    BOOST_TEST(!verdict.in_force);
    BOOST_TEST(said(module->take_actions(), "in force from its next start on", XSM_LOG_INFO));
}

BOOST_AUTO_TEST_CASE(a_module_that_throws_at_its_options_is_out_of_service) {
    auto module = load();
    start(*module);
    const std::vector<ModuleOption> options = {{"answer", "throw"}};
    BOOST_TEST(!module->on_options(options).in_force);
    const auto actions = module->take_actions();
    BOOST_TEST(said(actions, "out of service after on_options", XSM_LOG_ERROR));
    BOOST_TEST(all<OutOfService>(actions).size() == 1u);
}
