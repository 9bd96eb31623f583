#include "sfu/candidate_filter.hpp"

#include <boost/test/unit_test.hpp>

namespace parley::sfu::test {

namespace {

Candidate good() {
    return {.foundation = "1",
            .component = 1,
            .protocol = Candidate::Protocol::udp,
            .priority = 2'130'706'431,
            .address = "192.0.2.1",
            .port = 50'000,
            .type = Candidate::Type::host,
            .related_address = "",
            .related_port = 0};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(candidate_filter)

BOOST_AUTO_TEST_CASE(addresses) {
    for (const char* address :
         {"192.0.2.1", "10.0.0.1", "127.0.0.1", "2001:db8::1", "fd00::1", "::1"}) {
        auto candidate = good();
        candidate.address = address;
        BOOST_TEST(acceptable(candidate), address);
    }
    for (const char* address :
         {"", "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "fe80::1",
          "::ffff:192.0.2.1", "192.0.2", "192.0.2.1 ", "192.0.2.1:80", "example.com",
          "8a7b6c5d-0000-4000-8000-000000000000.local", "1;ls", "2001:db8::1%eth0"}) {
        auto candidate = good();
        candidate.address = address;
        BOOST_TEST(!acceptable(candidate), address);
    }
}

BOOST_AUTO_TEST_CASE(everything_else) {
    struct Case {
        const char* name;
        void (*change)(Candidate&);
        bool accepted;
    };

    const Case cases[]{
        {"unchanged", [](Candidate&) {}, true},
        {"component 2", [](Candidate& c) { c.component = 2; }, false},
        {"component 0", [](Candidate& c) { c.component = 0; }, false},
        {"tcp active", [](Candidate& c) { c.protocol = Candidate::Protocol::tcp_active; }, false},
        {"tcp passive", [](Candidate& c) { c.protocol = Candidate::Protocol::tcp_passive; }, false},
        {"priority 0", [](Candidate& c) { c.priority = 0; }, false},
        {"priority 1", [](Candidate& c) { c.priority = 1; }, true},
        {"priority above 2^31-1", [](Candidate& c) { c.priority = 0x80000000; }, false},
        {"port 0", [](Candidate& c) { c.port = 0; }, false},
        {"no foundation", [](Candidate& c) { c.foundation = ""; }, false},
        {"foundation of 32", [](Candidate& c) { c.foundation = std::string(32, 'a'); }, true},
        {"foundation of 33", [](Candidate& c) { c.foundation = std::string(33, 'a'); }, false},
        {"foundation with a space", [](Candidate& c) { c.foundation = "a b"; }, false},
        {"relay", [](Candidate& c) { c.type = Candidate::Type::relay; }, true},
    };
    for (const auto& each : cases) {
        auto candidate = good();
        each.change(candidate);
        BOOST_TEST(acceptable(candidate) == each.accepted, each.name);
    }
}

BOOST_AUTO_TEST_CASE(tcp_where_it_is_taken) {
    using Protocol = Candidate::Protocol;
    auto candidate = good();
    candidate.port = 9;
    for (const auto protocol : {Protocol::tcp_active, Protocol::tcp_passive, Protocol::tcp_so}) {
        candidate.protocol = protocol;
        BOOST_TEST(acceptable(candidate, Protocol::tcp_active) ==
                   (protocol == Protocol::tcp_active));
    }
    BOOST_TEST(acceptable(good(), Protocol::tcp_active));
}

BOOST_AUTO_TEST_CASE(addresses_are_written_as_the_system_does) {
    BOOST_TEST((ip_address("192.0.2.1") == "192.0.2.1"));
    BOOST_TEST((ip_address("2001:DB8:0:0::1") == "2001:db8::1"));
    BOOST_TEST(!ip_address("192.0.2"));
    BOOST_TEST(!ip_address("fe80::1"));
    BOOST_TEST(!ip_address("example.com"));
}

BOOST_AUTO_TEST_CASE(credentials) {
    const std::string pwd(22, 'p');
    BOOST_TEST(acceptable_credentials("abcd", pwd));
    BOOST_TEST(acceptable_credentials("a+/9", pwd));
    BOOST_TEST(!acceptable_credentials("abc", pwd));
    BOOST_TEST(!acceptable_credentials("ab:d", pwd));
    BOOST_TEST(!acceptable_credentials("abcd", pwd.substr(1)));
    BOOST_TEST(!acceptable_credentials("abcd", std::string(257, 'p')));
    BOOST_TEST(!acceptable_credentials("", ""));
}

BOOST_AUTO_TEST_CASE(there_is_always_an_address_to_listen_on) {
    BOOST_TEST(!interface_addresses().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
