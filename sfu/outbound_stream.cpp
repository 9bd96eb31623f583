#include "sfu/outbound_stream.hpp"

#include "sfu/random.hpp"

namespace parley::sfu {

namespace {

/// Low enough that no early loss meets the wrap (see StreamRewriter).
uint16_t first_sequence() {
    return static_cast<uint16_t>(1024 + (random_u32() & 0x0fff));
}

}  // namespace

OutboundStream::OutboundStream(InboundStream& source, const RewriteRules& rules, std::string cname,
                               MediaTransport& transport, PacketOut& out,
                               SessionStatistics& statistics)
    : source_(source),
      rewriter_(rules, first_sequence(), random_u32()),
      cname_(std::move(cname)),
      transport_(transport),
      out_(out),
      statistics_(statistics) {
    if (source_.kind() == MediaKind::video) cache_ = std::make_unique<RetransmissionCache>();
}

bool OutboundStream::protect_and_commit(std::span<uint8_t> slot, size_t size) {
    const size_t protected_size = size == 0 ? 0 : transport_.srtp().protect_rtp(slot, size);
    if (protected_size == 0) {
        ++statistics_.packets_dropped;
        return false;
    }
    out_.commit(transport_, protected_size);
    ++statistics_.packets_sent;
    statistics_.bytes_sent += size;
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
    ++packets_;
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
    if (protect_and_commit(slot, size)) ++statistics_.packets_retransmitted;
}

std::optional<SenderInfo> OutboundStream::sender_info(TimePoint now) const {
    const auto reading = source_.clock().at(now);
    if (!reading || packets_ == 0) return std::nullopt;
    const auto timestamp = rewriter_.timestamp(reading->timestamp);
    if (!timestamp) return std::nullopt;
    return SenderInfo{.ssrc = ssrc(),
                      .ntp = reading->ntp,
                      .rtp_timestamp = *timestamp,
                      .packet_count = packets_,
                      .octet_count = octets_};
}

}  // namespace parley::sfu
