#include "sfu/inbound_stream.hpp"

#include <algorithm>
#include <bit>

#include "sfu/byte_order.hpp"
#include "sfu/codecs.hpp"

namespace parley::sfu {

namespace {

// Audio is never sent again: what one batch may hold.
constexpr size_t kRingMin = 64;  // packets

size_t ring_size(MediaKind kind, const InboundLimits& limits) {
    if (kind == MediaKind::audio) return kRingMin;
    return std::bit_ceil(std::max(limits.packets_kept_max, kRingMin));
}

}  // namespace

InboundFormats::InboundFormats(const Content& content)
    : kind(content.kind), clock_rate(content.codecs.front().clock_rate) {
    media_types.fill(kNone);
    rtx_types.fill(kNone);
    for (const auto& codec : content.codecs) {
        if (sfu::is_rtx(codec)) {
            rtx_types[codec.payload_type & 0x7f] =
                static_cast<uint8_t>(associated_payload_type(codec));
            continue;
        }
        media_types[codec.payload_type & 0x7f] = static_cast<uint8_t>(names.size());
        names.push_back(codec.name);
        formats.push_back(payload_format(codec));
        if (is_red(codec)) red_type = codec.payload_type;
        const RtcpFeedback wanted{"nack", ""};
        nack = nack || std::find(codec.feedback.begin(), codec.feedback.end(), wanted) !=
                           codec.feedback.end();
    }
}

InboundStream::InboundStream(const InboundFormats& formats, const PublishedEncoding& encoding,
                             const InboundLimits& limits, TimePoint start)
    : formats_(formats),
      encoding_(encoding),
      ring_(ring_size(formats.kind, limits)),
      policer_(limits.bits_per_second_max, start),
      statistics_(formats.clock_rate),
      clock_(formats.clock_rate),
      keyframes_(limits.keyframe_interval_min),
      rates_(start),
      recent_(start) {}

/// The original sequence number is the payload's first two octets.
bool InboundStream::restore(StoredPacket& packet) const {
    auto& header = packet.header;
    const uint8_t repeated = formats_.rtx_types[header.payload_type & 0x7f];
    if (repeated == InboundFormats::kNone || header.payload_size < 2) return false;
    header.sequence = read_u16(&packet.data[header.header_size]);
    header.payload_type = repeated;
    header.ssrc = encoding_.ssrc;
    header.header_size = static_cast<uint16_t>(header.header_size + 2);
    header.payload_size = static_cast<uint16_t>(header.payload_size - 2);
    return formats_.is_media(repeated);
}

void InboundStream::mark_by_payload(StoredPacket& packet) const {
    const auto payload = packet.body().first(packet.header.payload_size);
    const auto format = formats_.formats[formats_.media_types[packet.header.payload_type & 0x7f]];
    if (format == PayloadFormat::vp8) {
        const auto vp8 = Vp8Descriptor::parse(payload);
        if (!vp8) return;
        packet.descriptor = *vp8;
        packet.marks = vp8->marks(packet.header.marker);
    } else if (format == PayloadFormat::vp9) {
        const auto vp9 = Vp9Descriptor::parse(payload);
        if (!vp9) return;
        packet.descriptor = *vp9;
        packet.marks = vp9->marks();
    } else if (const auto marks = read_frame_marks(format, payload, packet.header.marker)) {
        packet.marks = *marks;
    }
}

/// The dependency descriptor is the sender's word whatever the payload; the payload's own
/// descriptor is read in any case, since its numbers go on at the receiver.
void InboundStream::mark(StoredPacket& packet, std::span<const uint8_t> descriptor) {
    packet.marks = {};
    packet.descriptor = std::monostate{};
    packet.frame_number.reset();
    packet.primary.reset();
    if (packet.header.payload_type == formats_.red_type)
        packet.primary = RedPrimary::parse(packet.body().first(packet.header.payload_size));
    if (formats_.kind != MediaKind::video) return;
    mark_by_payload(packet);
    if (!descriptor.empty()) {
        if (const auto read = dependencies_.read(descriptor)) {
            packet.marks = dependencies_.marks(*read);
            packet.frame_number = read->frame_number;
        }
    }
    if (packet.marks.height != 0) height_ = packet.marks.height;
}

InboundStream::Verdict InboundStream::accept(bool retransmitted, const PacketExtensions& extensions,
                                             TimePoint now) {
    StoredPacket& packet = ring_.next();
    if (retransmitted) {
        // Padding alone, sent to probe the path, restores to nothing; that is no fault.
        if (packet.header.payload_size == 0) return Verdict::padding;
        if (!restore(packet)) return Verdict::unacceptable;
        ++counters_.retransmissions;
    } else if (!formats_.is_media(packet.header.payload_type)) {
        return Verdict::unacceptable;
    }
    packet.arrival = now;
    mark(packet, extensions.dependency_descriptor);
    if (!retransmitted) {
        statistics_.on_packet(packet.header.sequence, packet.header.timestamp, now);
    }
    if (formats_.nack && nacks_.on_packet(packet.header.sequence, now)) keyframes_.want();
    rates_.on_packet(packet.marks.temporal_layer, packet.size);
    return Verdict::keep;
}

void InboundStream::on_sender_report(const SenderInfo& info, TimePoint now) {
    clock_.on_sender_report(info, now);
    statistics_.on_sender_report(info.ntp, now);
}

std::string InboundStream::codec() const {
    const StoredPacket* packet = ring_.latest();
    if (packet == nullptr) return {};
    const uint8_t name = formats_.media_types[packet->header.payload_type & 0x7f];
    return name == InboundFormats::kNone ? std::string() : formats_.names[name];
}

StreamStatistics InboundStream::measure(TimePoint now) {
    const int64_t lost = statistics_.lost();
    recent_.sample({.bytes = counters_.bytes, .expected = statistics_.expected(), .lost = lost},
                   now);
    StreamStatistics measured;
    measured.kind = formats_.kind;
    measured.codec = codec();
    measured.counters = counters_;
    measured.packets_lost = static_cast<uint64_t>(std::max<int64_t>(0, lost));
    measured.bits_per_second = recent_.bits_per_second();
    measured.fraction_lost = recent_.fraction_lost();
    if (counters_.packets != 0) measured.jitter = statistics_.jitter();
    return measured;
}

}  // namespace parley::sfu
