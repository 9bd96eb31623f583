#include "sfu/outbound_stream.hpp"

#include <algorithm>

#include "sfu/random.hpp"

namespace parley::sfu {

namespace {

/// Low enough that no early loss meets the wrap (see StreamRewriter).
uint16_t first_sequence() {
    return static_cast<uint16_t>(1024 + (random_u32() & 0x0fff));
}

}  // namespace

OutboundStream::OutboundStream(InboundStream& source, const RewriteRules& rules, std::string cname,
                               MediaTransport& transport, PacketOut& out, uint64_t& packets_dropped,
                               TimePoint start)
    : source_(source),
      rewriter_(rules, first_sequence(), random_u32()),
      cname_(std::move(cname)),
      transport_(transport),
      out_(out),
      packets_dropped_(packets_dropped),
      recent_(start) {
    if (source_.kind() == MediaKind::video) cache_ = std::make_unique<RetransmissionCache>();
}

bool OutboundStream::protect_and_commit(std::span<uint8_t> slot, size_t size) {
    const size_t protected_size = size == 0 ? 0 : transport_.srtp().protect_rtp(slot, size);
    if (protected_size == 0) {
        ++packets_dropped_;
        return false;
    }
    out_.commit(transport_, protected_size);
    ++counters_.packets;
    counters_.bytes += size;
    return true;
}

void OutboundStream::forward(uint32_t ring_number, TimePoint now) {
    const StoredPacket* packet = source_.ring().find(ring_number);
    if (packet == nullptr) return;
    const auto position = rewriter_.place(packet->header);
    if (!position) return;
    const auto slot = out_.reserve();
    const size_t size = rewriter_.write(slot, *position, *packet, now);
    if (!protect_and_commit(slot, size)) return;
    if (cache_) cache_->store(position->sequence, ring_number);
    octets_ += packet->header.payload_size;
}

void OutboundStream::resend(uint16_t sequence, TimePoint now) {
    if (!cache_) return;
    const auto ring_number = cache_->take(sequence, now);
    const StoredPacket* packet = ring_number ? source_.ring().find(*ring_number) : nullptr;
    if (packet == nullptr) return;
    const auto position = rewriter_.place(packet->header);
    if (!position) return;
    const auto slot = out_.reserve();
    const size_t size = rewriter_.write_again(slot, *position, *packet, now);
    if (protect_and_commit(slot, size)) ++counters_.retransmissions;
}

std::optional<SenderInfo> OutboundStream::sender_report(TimePoint now) {
    const auto reading = source_.clock().at(now);
    if (!reading || counters_.packets == 0) return std::nullopt;
    const auto timestamp = rewriter_.timestamp(reading->timestamp);
    if (!timestamp) return std::nullopt;
    round_trip_.on_report_sent(reading->ntp, now);
    return SenderInfo{.ssrc = ssrc(),
                      .ntp = reading->ntp,
                      .rtp_timestamp = *timestamp,
                      .packet_count = static_cast<uint32_t>(first_sent()),
                      .octet_count = octets_};
}

void OutboundStream::on_report_block(const ReportBlock& block, TimePoint now) {
    reported_ = block;
    round_trip_.on_report_received(block, now);
}

StreamStatistics OutboundStream::measure(TimePoint now) {
    const int64_t lost = reported_ ? reported_->cumulative_lost : 0;
    recent_.sample({.bytes = counters_.bytes, .expected = first_sent(), .lost = lost}, now);
    StreamStatistics measured;
    measured.kind = source_.kind();
    if (counters_.packets != 0) measured.codec = source_.codec();
    measured.counters = counters_;
    measured.packets_lost = static_cast<uint64_t>(std::max<int64_t>(0, lost));
    measured.bits_per_second = recent_.bits_per_second();
    measured.fraction_lost = recent_.fraction_lost();
    if (reported_) {
        measured.jitter =
            microseconds(uint64_t{reported_->jitter} * 1'000'000 / rewriter_.rules().clock_rate);
    }
    measured.round_trip = round_trip_.latest();
    return measured;
}

}  // namespace parley::sfu
