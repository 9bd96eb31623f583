#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "test_host.hpp"

using namespace parley::abi;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

namespace {

struct Case {
    const char* module;
    LoadProblem problem;
    const char* says;    ///< what is wrong
    const char* advice;  ///< how to mend it
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
    return out << one.module;
}

const std::vector<Case> not_loadable = {
    {"no_such_file", LoadProblem::file_missing, "there is no such file", "Install the module"},
    {"not_elf", LoadProblem::not_a_shared_object, "not a shared object",
     "must name the module's .so"},
    {"unresolved", LoadProblem::unresolved, "undefined symbol: a_function_nobody_has",
     "Install the library it names"},
    {"symbol_missing", LoadProblem::symbol_missing, "does not export xsm_get_entry",
     "Correct the path"},
    {"entry_null", LoadProblem::abi_unsupported, "no ABI version that this server knows",
     "This server speaks module ABI 1: install a build"},
    {"abi_too_new", LoadProblem::abi_unsupported, "offers ABI 99", "speaks module ABI 1: install"},
    {"abi_too_old", LoadProblem::abi_unsupported, "offers ABI 0", "speaks module ABI 1: install"},
    {"entry_struct_size", LoadProblem::entry_malformed,
     "struct_size of its xsm_entry is 8, at least", "install it again"},
    {"entry_without_create", LoadProblem::entry_malformed, "its xsm_entry lacks \"create\"",
     "report it to its authors"},
    {"entry_throws", LoadProblem::threw, "an exception came out of xsm_get_entry", "report it"},
    {"create_fails", LoadProblem::create_failed,
     "option 'sfu_port_min' is 'abc'; it must be a number from 1024 to 65535.",
     "Correct the module's options in the configuration."},
    {"create_fails_without_words", LoadProblem::create_failed, "it gave no reason",
     "Correct the module's options"},
    {"create_makes_nothing", LoadProblem::instance_malformed, "made no instance", "report it"},
    {"create_throws", LoadProblem::threw, "an exception came out of create", "report it"},
    {"module_struct_size", LoadProblem::instance_malformed, "struct_size of its xsm_module is 24",
     "report it"},
    {"module_without_stop", LoadProblem::instance_malformed, "its xsm_module lacks \"stop\"",
     "report it"},
    {"extension_struct_size", LoadProblem::instance_malformed,
     "struct_size of its xsm.timer/1 is 4", "report it"},
    {"extension_without_on_message", LoadProblem::instance_malformed,
     "its xsm.muc/1 lacks \"on_message\"", "report it"},
    {"cluster_without_on_node_lost", LoadProblem::instance_malformed,
     "its xsm.cluster/1 lacks \"on_node_lost\"", "report it"},
    {"options_without_on_options", LoadProblem::instance_malformed,
     "its xsm.options/1 lacks \"on_options\"", "report it"},
    {"presence_without_on_occupant_presence", LoadProblem::instance_malformed,
     "its xsm.presence/1 lacks \"on_occupant_presence\"", "report it"},
    {"room_config_without_on_room_values", LoadProblem::instance_malformed,
     "its xsm.room_config/1 lacks \"on_room_values\"", "report it"},
    {"route_without_on_iq", LoadProblem::instance_malformed, "its xsm.route/1 lacks \"on_iq\"",
     "report it"},
};

/// Lives until the process ends, as a host must when its module goes out of service.
TestHost& lasting_host() {
    static auto& hosts = *new std::vector<std::unique_ptr<TestHost>>;
    return *hosts.emplace_back(std::make_unique<TestHost>());
}

std::unique_ptr<ModuleInstance> load(const char* module, TestHost& host,
                                     const ModuleLimits& limits = {}) {
    auto instance = ModuleInstance::load(module_path(module), host.table(), {}, limits);
    BOOST_REQUIRE_MESSAGE(instance, (instance ? "" : instance.error().text));
    return std::move(*instance);
}

void wake(xsm_module* module) {
    module->on_wake(module);
}

}  // namespace

BOOST_DATA_TEST_CASE(says_what_is_wrong_and_how_to_mend_it, data::make(not_loadable), one) {
    const auto instance = ModuleInstance::load(module_path(one.module), lasting_host().table(), {});
    BOOST_REQUIRE(!instance);
    const LoadError& error = instance.error();
    BOOST_TEST_CONTEXT(error.text) {
        BOOST_CHECK(error.problem == one.problem);
        BOOST_TEST(error.text.find(one.says) != std::string::npos);
        BOOST_TEST(error.text.find(one.advice) != std::string::npos);
        BOOST_TEST(error.text.find(module_path(one.module).string()) == 0u);
        BOOST_TEST(error.text.find('\n') == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_folder_is_no_module) {
    const auto instance = ModuleInstance::load(TEST_MODULES_DIR, lasting_host().table(), {});
    BOOST_REQUIRE(!instance);
    BOOST_CHECK(instance.error().problem == LoadProblem::file_unreadable);
}

BOOST_AUTO_TEST_CASE(a_failed_start_gives_the_reason_and_may_be_tried_again) {
    TestHost host;
    auto instance = load("start_fails", host);
    const auto started = instance->start();
    BOOST_REQUIRE(!started);
    BOOST_CHECK(started.error().problem == LoadProblem::start_failed);
    BOOST_TEST(started.error().text.find("module broken: it cannot start: UDP port 10000 is taken; "
                                         "end the other program") != std::string::npos);
    BOOST_TEST(!instance->is_running());
    BOOST_TEST(instance->start().has_value());
    BOOST_TEST(instance->is_running());
    instance.reset();
    BOOST_TEST(host.calls() == (std::vector<std::string>{"start", "stop", "destroy"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_start_that_takes_too_long_is_abandoned) {
    TestHost& host = lasting_host();
    ModuleLimits limits;
    limits.start_ms_max = 50ms;
    auto instance = load("start_times_out", host, limits);
    const auto began = std::chrono::steady_clock::now();
    const auto started = instance->start();
    BOOST_TEST((std::chrono::steady_clock::now() - began < 60s));
    BOOST_REQUIRE(!started);
    BOOST_CHECK(started.error().problem == LoadProblem::start_timed_out);
    BOOST_TEST(started.error().text.find("did not return within 50.0 ms") != std::string::npos);
    BOOST_TEST(started.error().text.find("restart the server") != std::string::npos);
    BOOST_TEST(!instance->is_in_service());
    BOOST_TEST(!instance->call("on_wake", wake));
    instance.reset();
    BOOST_TEST(host.calls().empty());
}

BOOST_AUTO_TEST_CASE(a_stop_that_takes_too_long_is_abandoned) {
    TestHost& host = lasting_host();
    ModuleLimits limits;
    limits.stop_ms_max = 50ms;
    auto instance = load("stop_times_out", host, limits);
    BOOST_REQUIRE(instance->start());
    instance->stop();
    BOOST_TEST(!instance->is_in_service());
    BOOST_TEST(host.said("out of service after stop: no answer within 50.0 ms", XSM_LOG_ERROR));
    instance.reset();
    BOOST_TEST(host.calls() == (std::vector<std::string>{"start"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_start_that_throws_puts_the_module_out_of_service) {
    TestHost& host = lasting_host();
    auto instance = load("start_throws", host);
    const auto started = instance->start();
    BOOST_REQUIRE(!started);
    BOOST_CHECK(started.error().problem == LoadProblem::threw);
    BOOST_TEST(host.said("out of service after start: start went wrong", XSM_LOG_ERROR));
    BOOST_TEST(!instance->start());
}

BOOST_AUTO_TEST_CASE(a_callback_that_throws_puts_the_module_out_of_service) {
    TestHost& host = lasting_host();
    auto instance = load("callback_throws", host);
    BOOST_REQUIRE(instance->start());
    BOOST_TEST(!instance->call("on_wake", wake));
    BOOST_TEST(
        host.said("module broken: out of service after on_wake: woke up badly. Nothing more is "
                  "handed to the module",
                  XSM_LOG_ERROR));
    BOOST_TEST(!instance->is_in_service());
    BOOST_TEST(!instance->is_running());

    bool called = false;
    BOOST_TEST(!instance->call("on_wake", [&](xsm_module*) { called = true; }));
    BOOST_TEST(!called);
    instance.reset();
    BOOST_TEST(host.calls() == (std::vector<std::string>{"start"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_thrown_need_not_be_an_exception) {
    TestHost& host = lasting_host();
    auto instance = load("callback_throws", host);
    BOOST_REQUIRE(instance->extensions().timer);
    BOOST_TEST(!instance->call("on_timer", [&](xsm_module* module) {
        instance->extensions().timer->on_timer(module, 1);
    }));
    BOOST_TEST(host.said("out of service after on_timer: not a std::exception", XSM_LOG_ERROR));
}

BOOST_AUTO_TEST_CASE(slow_calls_are_counted_and_logged_once_in_a_while) {
    TestHost host;
    auto instance = load("slow", host);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(instance->call("on_wake", wake));
    BOOST_TEST(instance->overruns() == 3u);
    BOOST_TEST(host.said("module broken: on_wake took", XSM_LOG_WARNING));
    size_t warnings = 0;
    for (const TestHost::Line& line : host.lines())
        warnings += line.level == XSM_LOG_WARNING ? 1 : 0;
    BOOST_TEST(warnings == 1u);
    BOOST_TEST(instance->is_in_service());
}
