#include "sfu/udp_path.hpp"

#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <numeric>
#include <vector>

namespace parley::sfu {

namespace {

namespace data = boost::unit_test::data;

/// A UDP socket on loopback that keeps what comes.
struct Socket {
    Socket() : fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        auto& ip = reinterpret_cast<sockaddr_in&>(address);
        ip.sin_family = AF_INET;
        ip.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        BOOST_REQUIRE_EQUAL(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof ip), 0);
        socklen_t size = sizeof address;
        getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    }

    ~Socket() { close(fd); }

    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    std::vector<std::vector<uint8_t>> received() const {
        std::vector<std::vector<uint8_t>> datagrams;
        for (;;) {
            std::vector<uint8_t> datagram(UdpPath::kRunSizeMax);
            const auto size = recv(fd, datagram.data(), datagram.size(), MSG_DONTWAIT);
            if (size < 0) return datagrams;
            datagram.resize(static_cast<size_t>(size));
            datagrams.push_back(std::move(datagram));
        }
    }

    sockaddr_storage address{};
    int fd;
};

struct Run {
    const char* name;
    size_t octets;
    size_t segment_size;
    size_t count;
};

const Run kRuns[] = {
    {"one datagram", 1'200, 1'200, 1},
    {"five of a frame", 6'000, 1'200, 5},
    {"the last is shorter", 4'801, 1'200, 5},
    {"as many as go by one call", 6'400, 100, 64},
    {"as many octets as go by one call", 65'000, 1'250, 52},
};

std::ostream& operator<<(std::ostream& out, const Run& run) {
    return out << run.name;
}

void check(const Socket& to, const Run& run, size_t sent, const std::vector<uint8_t>& bytes) {
    BOOST_TEST(sent == run.count);
    const auto received = to.received();
    BOOST_TEST(received.size() == run.count);
    std::vector<uint8_t> together;
    for (const auto& each : received) {
        if (&each != &received.back()) BOOST_TEST(each.size() == run.segment_size);
        together.insert(together.end(), each.begin(), each.end());
    }
    BOOST_TEST((together == bytes));
}

std::vector<uint8_t> bytes_of(const Run& run) {
    std::vector<uint8_t> bytes(run.octets);
    std::iota(bytes.begin(), bytes.end(), uint8_t{0});
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(udp_path)

BOOST_DATA_TEST_CASE(sends_datagrams_that_lie_one_behind_the_other, data::make(kRuns), run) {
    const Socket from;
    const Socket to;
    UdpPath path(to.address);
    const auto bytes = bytes_of(run);
    check(to, run, path.send(from.fd, bytes, run.segment_size), bytes);
}

/// As the kernel does where segments are larger than the path's MTU: here because it shall not
/// compute checksums.
BOOST_DATA_TEST_CASE(sends_singly_where_the_kernel_refuses_segments, data::make(kRuns), run) {
    const Socket from;
    const Socket to;
    const int no_checksum = 1;
    setsockopt(from.fd, SOL_SOCKET, SO_NO_CHECK, &no_checksum, sizeof no_checksum);
    UdpPath path(to.address);
    const auto bytes = bytes_of(run);
    check(to, run, path.send(from.fd, bytes, run.segment_size), bytes);
    check(to, run, path.send(from.fd, bytes, run.segment_size), bytes);
}

BOOST_AUTO_TEST_CASE(counts_what_was_not_sent) {
    const Socket to;
    UdpPath path(to.address);
    const std::vector<uint8_t> bytes(3'000);
    BOOST_TEST(path.send(-1, bytes, 1'000) == 0U);
    BOOST_TEST(path.send(-1, bytes, 3'000) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu
