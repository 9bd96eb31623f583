#include "xsm/fence.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "test_host.hpp"

using namespace parley::abi;

BOOST_AUTO_TEST_SUITE(fence_of_the_module)

BOOST_AUTO_TEST_CASE(passes_on_what_the_body_returns) {
    TestHost host;
    const xsm_host table = host.table();
    BOOST_TEST(fence(&table, "start", [] {}) == XSM_OK);
    BOOST_TEST(fence(&table, "start", [] { return XSM_UNSUPPORTED; }) == XSM_UNSUPPORTED);
    BOOST_TEST(fence_or(&table, "on_room_iq", 0, [] { return 1; }) == 1);
    BOOST_TEST(host.lines().empty());
}

BOOST_AUTO_TEST_CASE(turns_an_exception_into_a_status_and_a_line) {
    TestHost host;
    const xsm_host table = host.table();
    BOOST_TEST(fence(&table, "on_timer", [] { throw std::runtime_error("no\nway"); }) == XSM_ERROR);
    BOOST_TEST(host.said("on_timer: unexpected exception: no way", XSM_LOG_ERROR));
    BOOST_TEST(fence_or(&table, "on_room_iq", 0, []() -> int { throw 3; }) == 0);
    BOOST_TEST(host.said("on_room_iq: unexpected exception: not a std::exception", XSM_LOG_ERROR));
}

BOOST_AUTO_TEST_CASE(a_long_text_is_cut_between_characters) {
    TestHost host;
    const xsm_host table = host.table();
    std::string text = "x";
    while (text.size() < 2000)
        text += "\u00e4";
    fence(&table, "f", [&] { throw std::runtime_error(text); });
    BOOST_REQUIRE_EQUAL(host.lines().size(), 1u);
    const std::string line = host.lines().front().text;
    BOOST_TEST(line.size() > 490u);
    BOOST_TEST(line.size() < 512u);
    BOOST_TEST(line.ends_with("\u00e4"));
}

BOOST_AUTO_TEST_CASE(a_host_that_throws_is_survived) {
    xsm_host table{};
    table.log = [](const xsm_host*, xsm_log_level, xsm_view) { throw std::runtime_error("log"); };
    BOOST_TEST(fence(&table, "f", [] { throw std::runtime_error("x"); }) == XSM_ERROR);
}

BOOST_AUTO_TEST_SUITE_END()
