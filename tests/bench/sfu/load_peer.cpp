#include "tests/bench/sfu/load_peer.hpp"

#include <algorithm>

#include "sfu/aes_gcm.hpp"
#include "sfu/byte_order.hpp"
#include "sfu/packet_in.hpp"

namespace parley::sfu::bench {

namespace {

constexpr size_t kPacketMax = 1600;  // octets, protection included
constexpr uint64_t kBitrateMax = 100'000'000;
constexpr size_t kReportBlocksMax = 31;  // RFC 3550 s6.4.1

}  // namespace

int64_t real_time_ns() {
    return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

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

void LoadPeer::send_rtp(const RtpFields& fields, std::span<uint8_t> payload, Tally& tally) {
    const int64_t now_ns = real_time_ns();
    write_u64(&payload[kStampOffset], static_cast<uint64_t>(now_ns));
    std::array<uint8_t, kPacketMax> packet;
    const size_t header = write_rtp_header(packet, fields);
    transport_->send(
        std::span(packet).first(transport_->srtp().protect_rtp(packet, header, payload)));
    if (now_ns >= tally.begin_ns && now_ns < tally.end_ns) ++tally.sent;
}

void LoadPeer::send_rtcp(const RtcpWriter& writer) {
    std::array<uint8_t, kPacketMax> packet;
    const auto bytes = writer.bytes();
    std::copy(bytes.begin(), bytes.end(), packet.begin());
    transport_->send(
        std::span(packet).first(transport_->srtp().protect_rtcp(packet, bytes.size())));
}

void LoadPeer::receive(std::span<uint8_t> datagram, int64_t arrived_ns, Tally& tally) {
    if (classify(datagram) != DatagramKind::rtp) return;
    const size_t size = transport_->srtp().unprotect_rtp(datagram);
    const auto header = RtpHeader::parse(datagram.first(size));
    if (!header || size + AesGcm::kTagSize != datagram.size()) {
        ++tally.unreadable;
        return;
    }
    note(*header);
    if (header->payload_size < kStampOffset + kStampSize) return;
    const auto sent_ns =
        static_cast<int64_t>(read_u64(&datagram[header->header_size + kStampOffset]));
    if (sent_ns < tally.begin_ns || sent_ns >= tally.end_ns) return;
    ++tally.received;
    tally.latencies_us.push_back(static_cast<uint32_t>((arrived_ns - sent_ns) / 1'000));
}

void LoadPeer::note(const RtpHeader& header) {
    const auto known =
        std::find_if(streams_.begin(), streams_.end(),
                     [&](const ReportBlock& block) { return block.ssrc == header.ssrc; });
    auto& block =
        known == streams_.end() ? streams_.emplace_back(ReportBlock{.ssrc = header.ssrc}) : *known;
    block.extended_highest_sequence = header.sequence;
}

void LoadPeer::report() {
    RtcpWriter bandwidth;
    bandwidth.receiver_report(1, {});
    bandwidth.source_description(1, "bench");
    bandwidth.estimated_bitrate_max(1, kBitrateMax, {});
    send_rtcp(bandwidth);
    if (streams_.empty()) return;
    RtcpWriter writer;
    writer.receiver_report(1,
                           std::span(streams_).first(std::min(streams_.size(), kReportBlocksMax)));
    writer.source_description(1, "bench");
    send_rtcp(writer);
}

}  // namespace parley::sfu::bench
