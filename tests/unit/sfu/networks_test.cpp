#include <linux/filter.h>

#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/unit/sfu/coturn.hpp"
#include "tests/unit/sfu/sfu_fixture.hpp"

/// The ways between the SFU and clients: families of addresses, NAT, relays, TCP.
namespace parley::sfu::test {

namespace {

/// From alice to bob; what the SFU's end of the way is.
CandidatePair::End expect_media(Fixture& fixture) {
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    send_media(*alice, 1, 20);
    BOOST_TEST(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == 20; }));
    return fixture.statistics(2)->pair->local;
}

bool has_ipv6() {
    const int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    return bound;
}

/// The network that the peer's media take is gone: nothing arrives any more.
void cut_off(PeerThread& peers, TestPeer& peer) {
    peers.run([&] {
        sock_filter nothing{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = 0};
        const sock_fprog program{.len = 1, .filter = &nothing};
        BOOST_REQUIRE_EQUAL(setsockopt(peer.transport().socket(), SOL_SOCKET, SO_ATTACH_FILTER,
                                       &program, sizeof program),
                            0);
    });
}

/// What a STUN server outside of a NAT answers: the address is not what the asker has.
class StunOutsideOfNat {
  public:
    static constexpr const char* kMapped = "203.0.113.9";

    StunOutsideOfNat() : thread_([this] { answer(); }) {}

    ~StunOutsideOfNat() {
        const sockaddr_in self = LoopbackSocket::loopback(socket_.port());
        sendto(socket_.fd(), "", 0, 0, reinterpret_cast<const sockaddr*>(&self), sizeof self);
        thread_.join();
    }

    uint16_t port() const { return socket_.port(); }

  private:
    /// RFC 8489 s14.2, until an empty datagram comes.
    void answer() const {
        for (;;) {
            std::array<uint8_t, 512> request{};
            sockaddr_in from{};
            socklen_t size = sizeof from;
            const auto got = recvfrom(socket_.fd(), request.data(), request.size(), 0,
                                      reinterpret_cast<sockaddr*>(&from), &size);
            if (got < 20) return;
            std::array<uint8_t, 32> response{0x01, 0x01, 0, 12};
            std::copy(request.begin() + 4, request.begin() + 20, response.begin() + 4);
            in_addr mapped{};
            inet_pton(AF_INET, kMapped, &mapped);
            write_u16(&response[20], 0x0020);
            write_u16(&response[22], 8);
            write_u16(&response[24], 0x0001);
            write_u16(&response[26], ntohs(from.sin_port) ^ 0x2112);
            write_u32(&response[28], ntohl(mapped.s_addr) ^ 0x2112a442);
            sendto(socket_.fd(), response.data(), response.size(), 0,
                   reinterpret_cast<const sockaddr*>(&from), size);
        }
    }

    LoopbackSocket socket_;
    std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(networks)

BOOST_AUTO_TEST_CASE(a_stun_server_tells_the_address_outside_of_a_nat) {
    const StunOutsideOfNat stun;
    auto config = Fixture::loopback();
    config.stun_server = StunServer{.address = "127.0.0.1", .port = stun.port()};
    Fixture fixture(config);
    auto alice = fixture.publish("alice", 1);
    const auto candidates = fixture.candidates(1);
    BOOST_REQUIRE_EQUAL(candidates.size(), 2u);
    BOOST_TEST((candidates[0].type == Candidate::Type::host));
    BOOST_TEST(candidates[0].related_address.empty());
    BOOST_TEST((candidates[1].type == Candidate::Type::srflx));
    BOOST_TEST(candidates[1].address == StunOutsideOfNat::kMapped);
    BOOST_TEST(candidates[1].related_address == "127.0.0.1");
    BOOST_TEST(candidates[1].related_port == candidates[0].port);
}

BOOST_DATA_TEST_CASE(media_flow_through_a_relay_where_there_is_no_other_way,
                     boost::unit_test::data::make({"udp", "tcp"}), protocol) {
    if (!Coturn::installed()) return;
    const Coturn coturn;
    TurnServer turn;
    turn.address = "127.0.0.1";
    turn.port = coturn.port();
    if (protocol == std::string_view("tcp")) turn.protocol = TurnServer::Protocol::tcp;
    turn.secret = Coturn::kSecret;
    auto config = Fixture::loopback();
    config.turn_server = turn;
    config.tcp = true;  // changes nothing of the relay
    Fixture fixture(config);
    // Peers learn of the relay only, and the SFU a port where nobody is: the relay is allowed
    // to pass on what comes from the address, and nothing else arrives.
    fixture.change_of_sfu = [](auto& candidates) {
        std::erase_if(candidates, [](const Candidate& candidate) {
            return candidate.type != Candidate::Type::relay;
        });
    };
    fixture.change_of_peers = [](auto& candidates) {
        for (auto& candidate : candidates)
            candidate.port = 9;
    };
    BOOST_TEST((expect_media(fixture).type == Candidate::Type::relay));
    for (const uint64_t session : {1, 2}) {
        const auto relays = fixture.candidates(session);
        BOOST_REQUIRE_EQUAL(relays.size(), 1u);
        BOOST_TEST(relays[0].related_address == "127.0.0.1");
    }
}

BOOST_AUTO_TEST_CASE(media_flow_over_ipv6) {
    if (!has_ipv6()) return;
    auto config = Fixture::loopback();
    config.addresses = {"0:0:0:0:0:0:0:1"};
    Fixture fixture(config);
    fixture.peers.ice.addresses = {"::1"};
    BOOST_TEST(expect_media(fixture).address == "::1");
}

BOOST_AUTO_TEST_CASE(public_addresses_are_found_in_every_spelling) {
    auto config = Fixture::loopback();
    config.addresses = {"0:0::1"};
    config.public_addresses = {"2001:DB8:0::7"};
    Fixture fixture(config);
    if (!has_ipv6()) return;
    fixture.peers.ice.addresses = {"::1"};
    auto alice = fixture.publish("alice", 1);
    BOOST_TEST(fixture.candidates(1).at(0).address == "2001:db8::7");
}

BOOST_AUTO_TEST_CASE(media_flow_over_tcp) {
    auto config = Fixture::loopback();
    config.tcp = true;
    config.port_min = 42'000;
    config.port_max = 42'999;
    Fixture fixture(config);
    fixture.peers.ice.tcp = IceConfig::Tcp::active;
    const auto tcp_only = [](auto& candidates) {
        std::erase_if(candidates, [](const Candidate& candidate) {
            return candidate.protocol == Candidate::Protocol::udp;
        });
    };
    fixture.change_of_sfu = tcp_only;
    fixture.change_of_peers = tcp_only;
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    for (const uint64_t session : {1, 2}) {
        const auto candidates = fixture.candidates(session);
        BOOST_REQUIRE_EQUAL(candidates.size(), 1u);
        BOOST_TEST((candidates[0].protocol == Candidate::Protocol::tcp_passive));
        BOOST_TEST(candidates[0].port >= config.port_min);
        BOOST_TEST(candidates[0].port <= config.port_max);
        BOOST_TEST(fixture.statistics(session)->packets_dropped == 0u);
    }
    for (uint32_t first = 1; first <= 401; first += kBurst) {
        send_media(*alice, first, kBurst);
        const size_t all = first + kBurst - 1;
        BOOST_REQUIRE(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == all; }));
    }
}

BOOST_AUTO_TEST_CASE(strangers_at_the_tcp_port_change_nothing) {
    auto config = Fixture::loopback();
    config.tcp = true;
    Fixture fixture(config);
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    const auto candidates = fixture.candidates(1);
    BOOST_REQUIRE_EQUAL(candidates.size(), 2u);
    BOOST_REQUIRE((candidates[1].protocol == Candidate::Protocol::tcp_passive));
    const sockaddr_in port = LoopbackSocket::loopback(candidates[1].port);
    std::vector<int> strangers;
    for (size_t i = 0; i < 40; ++i) {
        const int fd = strangers.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        BOOST_REQUIRE_EQUAL(connect(fd, reinterpret_cast<const sockaddr*>(&port), sizeof port), 0);
        // Frames (RFC 4571) with nothing of sense, a short one, one that does not end; some go.
        const std::vector<uint8_t> frame(i, static_cast<uint8_t>(i));
        send(fd, frame.data(), frame.size(), MSG_NOSIGNAL);
        if (i % 3 == 0) close(std::exchange(strangers.back(), -1));
    }
    for (uint32_t first = 1; first <= 101; first += kBurst) {
        send_media(*alice, first, kBurst);
        const size_t all = first + kBurst - 1;
        BOOST_REQUIRE(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == all; }));
    }
    for (const int fd : strangers)
        if (fd >= 0) close(fd);
    BOOST_TEST(!fixture.find<SessionFailed>(1));
}

BOOST_AUTO_TEST_CASE(who_leaves_over_tcp_is_missed) {
    auto config = Fixture::loopback();
    config.tcp = true;
    config.disconnect_timeout_ms_max = milliseconds(500);
    Fixture fixture(config);
    fixture.peers.ice.tcp = IceConfig::Tcp::active;
    const auto tcp_only = [](auto& candidates) {
        std::erase_if(candidates, [](const Candidate& candidate) {
            return candidate.protocol == Candidate::Protocol::udp;
        });
    };
    fixture.change_of_sfu = tcp_only;
    fixture.change_of_peers = tcp_only;
    auto alice = fixture.publish("alice", 1);
    alice.reset();
    BOOST_TEST((fixture.expect<SessionFailed>(1).reason == Reason::timeout));
}

BOOST_AUTO_TEST_CASE(there_is_no_tcp_unless_it_is_configured) {
    Fixture fixture;
    fixture.peers.ice.tcp = IceConfig::Tcp::active;
    auto alice = fixture.publish("alice", 1);
    for (const auto& candidate : fixture.candidates(1))
        BOOST_TEST((candidate.protocol == Candidate::Protocol::udp));
    BOOST_TEST(fixture.statistics(1)->packets_dropped == 1u);  // the peer's candidate
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_to_who_is_silent) {
    auto config = Fixture::loopback();
    config.consent_timeout_ms_max = milliseconds(500);
    Fixture fixture(config);
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    const auto ssrc = bob.ssrc(1);
    uint32_t sent = 0;
    BOOST_TEST(wait_until([&] {
        send_media(*alice, ++sent, 1);
        return sent > bob.peer->received_count(ssrc) + 20;
    }));
    // It lives: ICE checks it now and then, and media go on where they had stopped.
    const auto before = bob.peer->received_count(ssrc);
    BOOST_TEST(wait_until([&] {
        send_media(*alice, ++sent, 1);
        return bob.peer->received_count(ssrc) > before + 10;
    }));
    BOOST_TEST(!fixture.find<SessionFailed>(2));
}

BOOST_AUTO_TEST_CASE(media_follow_a_peer_to_another_network) {
    Fixture fixture;
    fixture.peers.ice.addresses = {"127.0.0.1", "127.0.0.2"};
    auto alice = fixture.publish("alice", 1);
    auto bob = fixture.subscribe("bob", "alice", 2);
    send_media(*alice, 1, 5);
    BOOST_REQUIRE(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == 5; }));
    const auto before = fixture.statistics(2)->pair->remote;

    cut_off(fixture.peers, *bob.peer);
    fixture.sfu.restart_ice(fixture.conference, {2}, bob.peer->restart_ice());
    bob.peer->set_remote(fixture.expect<LocalTransport>(2).transport);
    BOOST_REQUIRE(
        wait_until([&] { return fixture.statistics(2)->pair->remote.address != before.address; }));
    const auto received = bob.peer->received_count(bob.ssrc(1));
    send_media(*alice, 6, 20);
    BOOST_TEST(wait_until([&] { return bob.peer->received_count(bob.ssrc(1)) == received + 20; }));
    BOOST_TEST(!fixture.find<SessionFailed>(2));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
