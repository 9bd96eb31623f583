#include <boost/test/unit_test.hpp>

#include "test_host.hpp"

using namespace parley::abi;

namespace {

constexpr std::string_view greeting = "good morning";

std::unique_ptr<ModuleInstance> load(TestHost& host) {
    const std::vector<ModuleOption> options = {{"greeting", std::string(greeting)}};
    auto instance = ModuleInstance::load(module_path("well_behaved"), host.table(), options);
    BOOST_REQUIRE_MESSAGE(instance, (instance ? "" : instance.error().text));
    return std::move(*instance);
}

xsm_muc_verdict judge(ModuleInstance& instance, std::string_view stanza) {
    xsm_muc_room room{};
    room.struct_size = sizeof room;
    xsm_muc_occupant sender{};
    sender.struct_size = sizeof sender;
    const xsm_muc_message message = {
        sizeof message, &room, &sender, {stanza.data(), stanza.size()}};
    xsm_muc_verdict verdict{};
    verdict.struct_size = sizeof verdict;
    BOOST_TEST(instance.call("on_message", [&](xsm_module* module) {
        instance.extensions().muc->on_message(module, &message, &verdict);
    }));
    return verdict;
}

}  // namespace

BOOST_AUTO_TEST_CASE(tells_what_the_module_says_of_itself) {
    TestHost host;
    const auto instance = load(host);
    BOOST_TEST(instance->name() == "well_behaved");
    BOOST_TEST(instance->version() == "1.2.3");
    BOOST_TEST(instance->description() == "An example");
    BOOST_TEST(instance->path() == module_path("well_behaved"));
}

BOOST_AUTO_TEST_CASE(starts_stops_and_starts_again) {
    TestHost host;
    auto instance = load(host);
    BOOST_REQUIRE(instance->start());
    BOOST_TEST(instance->is_running());
    BOOST_TEST(instance->call("on_timer", [&](xsm_module* module) {
        instance->extensions().timer->on_timer(module, 1);
    }));
    instance->stop();
    BOOST_TEST(!instance->is_running());
    instance->stop();
    BOOST_REQUIRE(instance->start());
    instance.reset();
    const std::vector<std::string> expected = {
        std::string(greeting), "(timer 1 in 50 ms)", "(wake)",     "(cancel 1)", "stopped",
        std::string(greeting), "(timer 1 in 50 ms)", "(cancel 1)", "stopped"};
    BOOST_TEST(host.calls() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(has_the_extensions_the_module_has) {
    TestHost host;
    const auto instance = load(host);
    BOOST_TEST(instance->extensions().muc.has_value());
    BOOST_TEST(instance->extensions().timer.has_value());
    BOOST_TEST(!instance->extensions().service.has_value());
    BOOST_TEST(!instance->extensions().disco.has_value());
    BOOST_TEST(!instance->extensions().adhoc.has_value());
}

BOOST_AUTO_TEST_CASE(a_verdict_crosses_with_its_buffer) {
    TestHost host;
    const auto instance = load(host);
    BOOST_TEST(judge(*instance, "<bye/>").kind == XSM_MUC_PASS);
    xsm_muc_verdict verdict = judge(*instance, "<hello/>");
    BOOST_TEST(verdict.kind == XSM_MUC_REPLACE);
    BOOST_TEST(instance->take(verdict.xml).value() == "<hello position='1'/>");
    BOOST_TEST((verdict.xml.data == nullptr && verdict.xml.size == 0));
    BOOST_TEST(instance->take(verdict.xml).value().empty());
}

BOOST_AUTO_TEST_CASE(a_buffer_over_the_limit_is_refused_and_freed) {
    TestHost host;
    ModuleLimits limits;
    limits.buffer_bytes_max = 8;
    auto instance = ModuleInstance::load(module_path("well_behaved"), host.table(), {}, limits);
    BOOST_REQUIRE(instance);
    xsm_muc_verdict verdict = judge(**instance, "<hello/>");
    BOOST_TEST(!(*instance)->take(verdict.xml));
    BOOST_TEST(host.said("a buffer of 21 bytes; the server takes 8 at most", XSM_LOG_ERROR));
    BOOST_TEST((*instance)->is_in_service());
}

BOOST_AUTO_TEST_CASE(a_buffer_without_data_is_refused) {
    TestHost host;
    const auto instance = load(host);
    xsm_buf buffer = {nullptr, 5};
    BOOST_TEST(!instance->take(buffer));
    BOOST_TEST(host.said("a buffer of 5 bytes without data", XSM_LOG_ERROR));
}

BOOST_AUTO_TEST_CASE(instances_live_side_by_side) {
    TestHost first_host;
    TestHost second_host;
    auto first = load(first_host);
    const auto second = load(second_host);
    BOOST_REQUIRE(first->start());
    first.reset();
    BOOST_REQUIRE(second->start());
    BOOST_TEST(second_host.said(greeting, XSM_LOG_INFO));
}

BOOST_AUTO_TEST_CASE(an_unknown_option_names_the_known_ones) {
    TestHost host;
    const std::vector<ModuleOption> options = {{"greting", "hi"}};
    const auto instance = ModuleInstance::load(module_path("well_behaved"), host.table(), options);
    BOOST_REQUIRE(!instance);
    BOOST_TEST(instance.error().text.find("the only option is 'greeting'") != std::string::npos);
}
