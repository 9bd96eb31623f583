#include "tests/bench/sfu/load_peer.hpp"

#include <algorithm>

namespace parley::sfu::bench {

namespace {

constexpr size_t kPacketMax = 1600;  // octets, protection included

}  // namespace

LoadPeer::LoadPeer(PeerThread& thread, IceAgent::Role role) : thread_(thread) {
    thread_.run([&] {
        transport_ =
            MediaTransport::create(thread_.loop, thread_.ice, thread_.identity, role, *this);
    });
}

LoadPeer::~LoadPeer() {
    thread_.run([&] { transport_.reset(); });
}

Transport LoadPeer::describe(Fingerprint::Setup setup) {
    Transport transport;
    thread_.run([&] { transport = transport_->describe(setup); });
    return transport;
}

void LoadPeer::connect(const Transport& remote) {
    thread_.run([&] {
        transport_->connect(remote, DtlsTransport::Role::client);
        transport_->add_remote_candidates(remote.candidates, 64);
    });
}

void LoadPeer::send_rtp(const RtpFields& fields, std::span<const uint8_t> payload) {
    std::array<uint8_t, kPacketMax> packet;
    const size_t header = write_rtp_header(packet, fields);
    std::copy(payload.begin(), payload.end(), packet.begin() + static_cast<ptrdiff_t>(header));
    const size_t size = transport_->srtp().protect_rtp(packet, header + payload.size());
    transport_->send({packet.data(), size});
}

void LoadPeer::send_rtcp(const RtcpWriter& writer) {
    std::array<uint8_t, kPacketMax> packet;
    const auto bytes = writer.bytes();
    std::copy(bytes.begin(), bytes.end(), packet.begin());
    const size_t size = transport_->srtp().protect_rtcp(packet, bytes.size());
    transport_->send({packet.data(), size});
}

void LoadPeer::on_srtp(std::span<uint8_t> packet) {
    const size_t size = transport_->srtp().unprotect_rtp(packet);
    const auto plain = packet.first(size);
    if (const auto header = RtpHeader::parse(plain)) on_rtp(plain, *header);
}

}  // namespace parley::sfu::bench
