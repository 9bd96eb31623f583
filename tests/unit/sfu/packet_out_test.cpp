#include "sfu/packet_out.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "sfu/rtp_header.hpp"
#include "tests/unit/sfu/test_peer.hpp"

namespace parley::sfu {

namespace {

namespace data = boost::unit_test::data;
using test::PeerThread;
using test::TestPeer;
using test::wait_until;

constexpr uint32_t kSsrc = 7;

/// Two peers, connected; the first sends by a PacketOut.
struct Pair {
    Pair()
        : sender(std::make_unique<TestPeer>(thread, IceAgent::Role::controlling)),
          receiver(thread, IceAgent::Role::controlled) {
        const auto offer = sender->describe(Fingerprint::Setup::actpass);
        const auto answer = receiver.describe(Fingerprint::Setup::active);
        receiver.connect(offer, DtlsTransport::Role::client);
        sender->connect(answer, DtlsTransport::Role::server);
        BOOST_REQUIRE(wait_until([&] { return sender->connected() && receiver.connected(); }));
    }

    /// In the peers' thread.
    void commit(PacketOut& out, size_t payload_size) {
        const auto slot = out.reserve();
        RtpFields fields{.payload_type = 96, .sequence = next++, .ssrc = kSsrc, .extensions = {}};
        const size_t header = write_rtp_header(slot, fields);
        std::fill_n(slot.data() + header, payload_size, static_cast<uint8_t>(fields.sequence));
        auto& transport = sender->transport();
        out.commit(transport, transport.srtp().protect_rtp(slot, header + payload_size));
    }

    PeerThread thread;
    std::unique_ptr<TestPeer> sender;
    TestPeer receiver;
    uint16_t next = 0;
};

void check_received(Pair& pair, const std::vector<size_t>& sizes) {
    BOOST_REQUIRE(wait_until([&] { return pair.receiver.received_count(kSsrc) >= sizes.size(); }));
    const auto received = pair.receiver.received(kSsrc);
    BOOST_REQUIRE_EQUAL(received.size(), sizes.size());
    for (size_t i = 0; i < sizes.size(); ++i) {
        BOOST_TEST(received[i].header.sequence == i);
        const std::vector<uint8_t> payload(sizes[i], static_cast<uint8_t>(i));
        BOOST_TEST((received[i].payload == payload));
    }
}

std::vector<size_t> repeated(size_t count, size_t size) {
    return std::vector<size_t>(count, size);
}

struct Batch {
    const char* name;
    std::vector<size_t> payload_sizes;
};

const Batch kBatches[] = {
    {"one packet", {100}},
    {"a frame", {1'200, 1'200, 1'200, 1'200, 700}},
    {"a longer one behind a shorter", {1'200, 700, 1'200, 1'200}},
    {"growing", {100, 200, 300}},
    {"audio between frames", {1'200, 1'200, 80, 1'200, 1'200, 80, 80}},
    {"more than go by one call", repeated(150, 80)},
    {"more than the arena holds", repeated(120, 1'450)},
};

std::ostream& operator<<(std::ostream& out, const Batch& batch) {
    return out << batch.name;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(packet_out)

BOOST_DATA_TEST_CASE(sends_what_was_committed_in_order, data::make(kBatches), batch) {
    Pair pair;
    auto out = std::make_unique<PacketOut>();
    pair.thread.run([&] {
        for (const size_t size : batch.payload_sizes)
            pair.commit(*out, size);
        out->flush();
    });
    check_received(pair, batch.payload_sizes);
    BOOST_TEST(pair.sender->transport().unsent() == 0U);
}

BOOST_AUTO_TEST_CASE(keeps_packets_of_several_transports_apart) {
    Pair one;
    auto out = std::make_unique<PacketOut>();
    TestPeer* const peers[] = {one.sender.get(), &one.receiver};
    one.thread.run([&] {
        for (uint16_t number = 0; number < 6; ++number) {
            const auto slot = out->reserve();
            auto& transport = peers[number % 2]->transport();
            const RtpFields fields{
                .payload_type = 96, .sequence = number, .ssrc = kSsrc, .extensions = {}};
            out->commit(transport,
                        transport.srtp().protect_rtp(slot, write_rtp_header(slot, fields)));
        }
        out->flush();
    });
    for (TestPeer* peer : peers) {
        BOOST_TEST(wait_until([&] { return peer->received_count(kSsrc) == 3; }));
    }
}

BOOST_AUTO_TEST_CASE(forgets_what_was_kept_for_a_transport_that_ends) {
    Pair pair;
    auto out = std::make_unique<PacketOut>();
    pair.thread.run([&] { pair.commit(*out, 100); });
    pair.sender.reset();
    pair.thread.run([&] { out->flush(); });
    BOOST_TEST(pair.receiver.received_count(kSsrc) == 0U);
}

BOOST_AUTO_TEST_CASE(sends_nothing_of_a_transport_that_was_closed) {
    Pair pair;
    auto out = std::make_unique<PacketOut>();
    pair.thread.run([&] { pair.commit(*out, 100); });
    pair.sender->close();
    pair.thread.run([&] { out->flush(); });
    BOOST_TEST(wait_until([&] { return pair.receiver.failed(); }));
    BOOST_TEST(pair.receiver.received_count(kSsrc) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu
