#include "sfu/stream_rewriter.hpp"

#include <algorithm>
#include <cstring>

#include "sfu/byte_order.hpp"
#include "sfu/sequence.hpp"

namespace parley::sfu {

namespace {

constexpr size_t kElementsMax = 8;

/// 6.18 fixed point seconds, modulo 64 s.
std::array<uint8_t, 3> abs_send_time(TimePoint now) {
    std::array<uint8_t, 3> value{};
    write_u24(value.data(),
              static_cast<uint32_t>(ntp_duration(now.time_since_epoch()) >> 14) & 0xffffff);
    return value;
}

}  // namespace

RewriteRules::RewriteRules() {
    payload_types.fill(kRefused);
    rtx_payload_types.fill(kRefused);
}

StreamRewriter::StreamRewriter(const RewriteRules& rules, uint16_t first_sequence,
                               uint32_t first_timestamp)
    : rules_(rules),
      first_sequence_(first_sequence),
      first_timestamp_(first_timestamp),
      rtx_sequence_(first_sequence) {}

std::optional<StreamRewriter::Position> StreamRewriter::place(const RtpHeader& source) {
    const uint8_t payload_type = rules_.payload_types[source.payload_type & 0x7f];
    if (payload_type == RewriteRules::kRefused) return std::nullopt;
    if (!sequence_offset_) {
        sequence_offset_ = static_cast<uint16_t>(first_sequence_ - source.sequence);
        timestamp_offset_ = first_timestamp_ - source.timestamp;
        highest_ = first_sequence_;
    }
    const auto sequence = static_cast<uint16_t>(source.sequence + *sequence_offset_);
    const int16_t ahead = sequence_distance(highest_, sequence);
    if (ahead > 0) {
        sent_span_ = std::min<uint32_t>(sent_span_ + static_cast<uint32_t>(ahead), UINT16_MAX);
        highest_ = sequence;
    } else if (static_cast<uint32_t>(-int32_t{ahead}) > sent_span_) {
        return std::nullopt;
    }
    return Position{.sequence = sequence,
                    .timestamp = source.timestamp + timestamp_offset_,
                    .payload_type = payload_type};
}

std::optional<uint32_t> StreamRewriter::timestamp(uint32_t source_timestamp) const {
    if (!sequence_offset_) return std::nullopt;
    return source_timestamp + timestamp_offset_;
}

size_t StreamRewriter::write_header(std::span<uint8_t> out, RtpFields fields,
                                    const StoredPacket& packet, TimePoint now) const {
    std::array<ExtensionElement, kElementsMax> elements;
    size_t count = 0;
    const auto send_time = abs_send_time(now);
    if (rules_.abs_send_time_id != 0) {
        elements[count++] = {.id = rules_.abs_send_time_id, .value = send_time};
    }
    ExtensionReader reader(packet.bytes(), packet.header);
    while (auto element = reader.next()) {
        if (element->id > 14 || count == elements.size()) continue;
        element->id = rules_.extension_ids[element->id];
        if (element->id != 0) elements[count++] = *element;
    }
    fields.padding = packet.header.padding;
    fields.marker = packet.header.marker;
    fields.extensions = {elements.data(), count};
    return write_rtp_header(out, fields);
}

size_t StreamRewriter::write(std::span<uint8_t> out, const Position& position,
                             const StoredPacket& packet, TimePoint now) const {
    const RtpFields fields{.payload_type = position.payload_type,
                           .sequence = position.sequence,
                           .timestamp = position.timestamp,
                           .ssrc = rules_.ssrc,
                           .extensions = {}};
    const size_t header = write_header(out, fields, packet, now);
    const auto body = packet.body();
    if (header == 0 || header + body.size() > out.size()) return 0;
    std::memcpy(out.data() + header, body.data(), body.size());
    return header + body.size();
}

size_t StreamRewriter::write_again(std::span<uint8_t> out, const Position& position,
                                   const StoredPacket& packet, TimePoint now) {
    const uint8_t rtx_type = rules_.rtx_payload_types[position.payload_type & 0x7f];
    if (rules_.rtx_ssrc == 0 || rtx_type == RewriteRules::kRefused) {
        return write(out, position, packet, now);
    }
    const RtpFields fields{.payload_type = rtx_type,
                           .sequence = rtx_sequence_,
                           .timestamp = position.timestamp,
                           .ssrc = rules_.rtx_ssrc,
                           .extensions = {}};
    const size_t header = write_header(out, fields, packet, now);
    const auto body = packet.body();
    if (header == 0 || header + 2 + body.size() > out.size()) return 0;
    write_u16(&out[header], position.sequence);
    std::memcpy(out.data() + header + 2, body.data(), body.size());
    ++rtx_sequence_;
    return header + 2 + body.size();
}

}  // namespace parley::sfu
