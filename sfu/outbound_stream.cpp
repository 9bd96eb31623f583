#include "sfu/outbound_stream.hpp"

#include <algorithm>

#include "sfu/random.hpp"

namespace parley::sfu {

namespace {

/// Low enough that no early loss meets the wrap (see StreamRewriter).
uint16_t first_sequence() {
    return static_cast<uint16_t>(1024 + (random_u32() & 0x0fff));
}

/// Between the clocks of two encodings; reports that differ more are not believed.
constexpr milliseconds kSkewMax{1'000};
/// On a line that loses so much, what is sent again goes out twice: a packet that is lost again
/// comes a round trip later, after the picture has frozen, while a copy costs as little as the loss
/// is.
constexpr double kLossyLine = 0.02;
constexpr milliseconds kOnItsWayMax{250};  // whatever round trip reports claim
/// Behind its first sending: later no jitter buffer waits for a packet.
constexpr milliseconds kInTime{500};
constexpr size_t kPaddingMax = 255;    // octets of one packet (RFC 3550 s5.1)
constexpr size_t kPaddingHeader = 24;  // octets, with the extensions

}  // namespace

OutboundStream::OutboundStream(InboundTrack& track, const RewriteRules& rules, std::string cname,
                               const SendPath& path, TimePoint start)
    : track_(track),
      rewriter_(rules, first_sequence(), 0),
      cname_(std::move(cname)),
      path_(path),
      first_timestamp_(random_u32()),
      recent_(start) {
    if (is_video()) cache_ = std::make_unique<RetransmissionCache>();
}

void OutboundStream::select(uint8_t encoding, uint8_t temporal_layer) {
    target_ = encoding;
    layers_.set_target(temporal_layer);
}

void OutboundStream::pause() {
    target_.reset();
    current_.reset();
}

/// Audio begins anywhere; so does the first video of a source with one encoding, since its format
/// may be one whose keyframes the SFU cannot tell.
bool OutboundStream::may_begin(const StoredPacket& packet) const {
    if (!is_video()) return true;
    if (!latest_ && track_.encoding_count() == 1) return true;
    return packet.marks.keyframe && packet.marks.frame_begin;
}

/// Media goes on at the distance in time that its source says: by capture time where both encodings
/// have told how their clocks run, else by arrival.
uint32_t OutboundStream::next_timestamp(uint8_t encoding, const StoredPacket& packet) const {
    if (!latest_) return first_timestamp_;
    const uint32_t rate = rewriter_.rules().clock_rate;
    const auto arrived = packet.arrival - latest_->arrival;
    uint32_t ticks = media_ticks(std::max(arrived, Clock::duration(milliseconds(1))), rate);
    const auto before =
        track_.encoding(latest_->encoding).clock().capture_time(latest_->source_timestamp);
    const auto after = track_.encoding(encoding).clock().capture_time(packet.header.timestamp);
    if (before && after) {
        const auto ntp = static_cast<int64_t>(*after - *before);
        const microseconds captured((ntp >> 16) * 1'000'000 >> 16);
        const auto skew = captured - std::chrono::duration_cast<microseconds>(arrived);
        if (captured.count() > 0 && skew < kSkewMax && skew > -kSkewMax) {
            ticks = media_ticks(captured, rate);
        }
    }
    return latest_->timestamp + std::max(ticks, uint32_t{1});
}

void OutboundStream::begin(uint8_t encoding, const StoredPacket& packet) {
    rewriter_.begin(next_timestamp(encoding, packet));
    if (current_ != encoding) layers_.reset();
    current_ = encoding;
}

/// For what can be sent again. Half of the SSRC tells the streams of a session apart well enough:
/// a mistake costs a packet.
uint32_t OutboundStream::tag(uint16_t sequence) const {
    return cache_ ? rewriter_.rules().ssrc << 16 | sequence : 0;
}

SendStamp OutboundStream::stamp(size_t size, TimePoint now, uint32_t tag) {
    SendStamp stamp{.now = now};
    if (rewriter_.rules().transport_sequence_id != 0)
        stamp.transport_sequence = path_.bandwidth.on_packet_sent(size, now, tag);
    return stamp;
}

bool OutboundStream::protect_and_commit(std::span<uint8_t> slot, size_t size) {
    const size_t protected_size = size == 0 ? 0 : path_.transport.srtp().protect_rtp(slot, size);
    if (protected_size == 0) {
        ++path_.packets_dropped;
        return false;
    }
    path_.out.commit(path_.transport, protected_size);
    ++counters_.packets;
    counters_.bytes += size;
    return true;
}

void OutboundStream::forward(uint8_t encoding, uint32_t ring_number, TimePoint now) {
    if (current_ != encoding && target_ != encoding) return;
    const StoredPacket* packet = track_.encoding(encoding).ring().find(ring_number);
    if (packet == nullptr) return;
    if (current_ != encoding) {
        if (!may_begin(*packet)) return;
        begin(encoding, *packet);
    }
    if (is_video() && !layers_.accept(packet->marks)) return rewriter_.leave_out(*packet);
    const auto position = rewriter_.place(*packet);
    if (!position) return;
    const auto slot = path_.out.reserve();
    const auto sent =
        stamp(size_t{packet->size} - position->payload_offset, now, tag(position->sequence));
    const size_t size = rewriter_.write(slot, *position, *packet, sent);
    if (!protect_and_commit(slot, size)) return;
    if (cache_) {
        cache_->store({.ring_number = ring_number,
                       .encoding = encoding,
                       .position = *position,
                       .stamp = sent});
    }
    octets_ += uint32_t{packet->header.payload_size} - position->payload_offset;
    if (!latest_ || static_cast<int32_t>(position->timestamp - latest_->timestamp) >= 0) {
        latest_ = {.encoding = encoding,
                   .source_timestamp = packet->header.timestamp,
                   .timestamp = position->timestamp,
                   .arrival = packet->arrival};
    }
}

void OutboundStream::leave_out(uint8_t encoding, uint32_t ring_number) {
    if (current_ != encoding) return;
    if (is_video()) return current_.reset();
    if (const auto* packet = track_.encoding(encoding).ring().find(ring_number)) {
        rewriter_.leave_out(*packet);
    }
}

void OutboundStream::resend(uint16_t sequence, TimePoint now) {
    if (!cache_) return;
    // What was asked for before the last time could arrive is on its way.
    const auto on_its_way = round_trip_.latest().value_or(microseconds{0}) * 3 / 4;
    const auto* sent =
        cache_->take(sequence, now, std::min<microseconds>(on_its_way, kOnItsWayMax));
    const StoredPacket* packet =
        sent ? track_.encoding(sent->encoding).ring().find(sent->ring_number) : nullptr;
    if (packet == nullptr) return;
    const auto affordable = [&] {
        return path_.retransmissions.take(packet->size, path_.bandwidth.bits_per_second(), now);
    };
    if (!rewriter_.has_rtx(sent->position.payload_type)) {
        if (!affordable()) return;
        const auto slot = path_.out.reserve();
        const size_t size = rewriter_.write(slot, sent->position, *packet, sent->stamp);
        if (protect_and_commit(slot, size)) ++counters_.retransmissions;
        return;
    }
    const int copies = is_lossy() ? 2 : 1;
    for (int i = 0; i < copies && affordable(); ++i) {
        const auto slot = path_.out.reserve();
        const size_t size = rewriter_.write_again(slot, sent->position, *packet,
                                                  stamp(packet->size, now, tag(sequence)));
        if (protect_and_commit(slot, size)) ++counters_.retransmissions;
    }
}

bool OutboundStream::is_lossy() const {
    return path_.bandwidth.average_loss() >= kLossyLine;
}

void OutboundStream::on_lost(uint32_t lost, TimePoint now) {
    const auto sequence = static_cast<uint16_t>(lost);
    if (!is_lossy() || lost != tag(sequence)) return;
    const auto* sent = cache_->find(sequence);
    if (sent != nullptr && now - sent->stamp.now < kInTime) resend(sequence, now);
}

size_t OutboundStream::pad(size_t bytes, TimePoint now) {
    size_t sent = 0;
    while (sent < bytes && latest_ && rewriter_.can_pad()) {
        const auto slot = path_.out.reserve();
        const auto padding = static_cast<uint8_t>(std::min(bytes - sent, kPaddingMax));
        const size_t size =
            rewriter_.write_padding(slot, padding, stamp(kPaddingHeader + padding, now));
        const size_t protected_size =
            size == 0 ? 0 : path_.transport.srtp().protect_rtp(slot, size);
        if (protected_size == 0) break;
        path_.out.commit(path_.transport, protected_size);
        sent += size;
    }
    return sent;
}

std::optional<SenderInfo> OutboundStream::sender_report(TimePoint now) {
    if (!latest_) return std::nullopt;
    const auto reading = track_.encoding(latest_->encoding).clock().at(now);
    if (!reading) return std::nullopt;
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
    measured.kind = track_.kind();
    measured.direction = Direction::send;
    if (latest_) measured.codec = track_.encoding(latest_->encoding).codec();
    measured.counters = counters_;
    measured.packets_lost = static_cast<uint64_t>(std::max<int64_t>(0, lost));
    measured.bits_per_second = recent_.bits_per_second();
    measured.fraction_lost = recent_.fraction_lost();
    if (reported_) {
        measured.jitter =
            microseconds(uint64_t{reported_->jitter} * 1'000'000 / rewriter_.rules().clock_rate);
    }
    measured.round_trip = round_trip_.latest();
    if (is_video() && current_) {
        const auto& encoding = track_.encoding(*current_);
        measured.layer = {
            .encoding = *current_,
            .height = encoding.height(),
            .temporal_layer = std::min(layers_.current(), encoding.rates().highest_layer())};
    }
    return measured;
}

}  // namespace parley::sfu
