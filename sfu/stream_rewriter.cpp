#include "sfu/stream_rewriter.hpp"

#include <algorithm>
#include <cstring>

#include "sfu/byte_order.hpp"
#include "sfu/dependency_descriptor.hpp"

namespace parley::sfu {

namespace {

constexpr size_t kElementsMax = 8;
constexpr size_t kDescriptorMax = 255;  // octets of an extension element

/// 6.18 fixed point seconds, modulo 64 s.
std::array<uint8_t, 3> abs_send_time(TimePoint now) {
    std::array<uint8_t, 3> value{};
    write_u24(value.data(),
              static_cast<uint32_t>(ntp_duration(now.time_since_epoch()) >> 14) & 0xffffff);
    return value;
}

/// What of a payload descriptor the rewriter needs; nothing where it has no numbers.
struct SourcePicture {
    PictureNumbers numbers;
    bool wide = false;
};

std::optional<SourcePicture> picture_of(const StoredPacket& packet) {
    return std::visit(
        [](const auto& descriptor) -> std::optional<SourcePicture> {
            if constexpr (std::is_same_v<decltype(descriptor), const std::monostate&>) {
                return std::nullopt;
            } else {
                if (!descriptor.has_picture_id) return std::nullopt;
                return SourcePicture{descriptor.numbers, descriptor.wide_picture_id};
            }
        },
        packet.descriptor);
}

void write_picture(std::span<uint8_t> payload, const StoredPacket& packet,
                   const PictureNumbers& numbers) {
    if (const auto* vp8 = std::get_if<Vp8Descriptor>(&packet.descriptor)) {
        vp8->write(payload, numbers);
    } else if (const auto* vp9 = std::get_if<Vp9Descriptor>(&packet.descriptor)) {
        vp9->write(payload, numbers);
    }
}

}  // namespace

RewriteRules::RewriteRules() {
    payload_types.fill(kRefused);
    rtx_payload_types.fill(kRefused);
}

StreamRewriter::StreamRewriter(const RewriteRules& rules, uint16_t first_sequence,
                               uint32_t first_timestamp)
    : rules_(rules),
      sequences_(first_sequence),
      rtx_sequence_(first_sequence),
      first_timestamp_(first_timestamp) {
    const auto rtx = std::find_if(rules.rtx_payload_types.begin(), rules.rtx_payload_types.end(),
                                  [](uint8_t type) { return type != RewriteRules::kRefused; });
    padding_type_ = rtx == rules.rtx_payload_types.end() ? RewriteRules::kRefused : *rtx;
}

bool StreamRewriter::can_pad() const {
    return rules_.rtx_ssrc != 0 && padding_type_ != RewriteRules::kRefused;
}

void StreamRewriter::begin(uint32_t first_timestamp) {
    sequences_.begin();
    first_timestamp_ = first_timestamp;
    started_ = false;
    switched_ = true;
}

/// False: the picture is older than the switch.
bool StreamRewriter::place_picture(Position& position, const StoredPacket& packet) {
    if (const auto picture = picture_of(packet)) {
        const auto placed = pictures_.place(picture->numbers, picture->wide, switched_);
        if (!placed) return false;
        position.picture = *placed;
    }
    if (packet.frame_number && rules_.frame_number_id != 0) {
        const auto placed = frames_.place(*packet.frame_number, switched_);
        if (!placed) return false;
        position.frame_number = *placed;
    }
    return true;
}

std::optional<StreamRewriter::Position> StreamRewriter::place(const StoredPacket& packet) {
    Position position;
    uint8_t source_type = packet.header.payload_type;
    if (source_type == rules_.unpacked_type) {
        if (!packet.primary) return std::nullopt;
        source_type = packet.primary->payload_type;
        position.payload_offset = packet.primary->offset;
    }
    position.payload_type = rules_.payload_types[source_type & 0x7f];
    if (position.payload_type == RewriteRules::kRefused) return std::nullopt;
    if (!started_) {
        started_ = true;
        timestamp_offset_ = first_timestamp_ - packet.header.timestamp;
    }
    if (!place_picture(position, packet)) return std::nullopt;
    const auto sequence = sequences_.place(packet.header.sequence);
    if (!sequence) return std::nullopt;
    switched_ = false;
    position.sequence = *sequence;
    position.timestamp = packet.header.timestamp + timestamp_offset_;
    return position;
}

void StreamRewriter::leave_out(const StoredPacket& packet) {
    sequences_.leave_out(packet.header.sequence);
    const auto picture = picture_of(packet);
    if (picture && packet.marks.frame_begin) pictures_.leave_out(picture->numbers, picture->wide);
}

std::optional<uint32_t> StreamRewriter::timestamp(uint32_t source_timestamp) const {
    if (!started_) return std::nullopt;
    return source_timestamp + timestamp_offset_;
}

size_t StreamRewriter::write_header(std::span<uint8_t> out, RtpFields fields,
                                    const Position& position, const StoredPacket& packet,
                                    const SendStamp& stamp) const {
    std::array<ExtensionElement, kElementsMax> elements;
    std::array<uint8_t, kDescriptorMax> descriptor;
    std::array<uint8_t, 2> transport_sequence{};
    size_t count = 0;
    const auto send_time = abs_send_time(stamp.now);
    if (rules_.abs_send_time_id != 0) {
        elements[count++] = {.id = rules_.abs_send_time_id, .value = send_time};
    }
    if (rules_.transport_sequence_id != 0) {
        write_u16(transport_sequence.data(), stamp.transport_sequence);
        elements[count++] = {.id = rules_.transport_sequence_id, .value = transport_sequence};
    }
    ExtensionReader reader(packet.bytes(), packet.header);
    while (auto element = reader.next()) {
        if (element->id > 14 || count == elements.size()) continue;
        const bool is_descriptor = element->id == rules_.frame_number_id && packet.frame_number;
        element->id = rules_.extension_ids[element->id];
        if (element->id == 0) continue;
        if (is_descriptor) {
            const auto copy = std::span(descriptor).first(element->value.size());
            std::copy(element->value.begin(), element->value.end(), copy.begin());
            write_frame_number(copy, position.frame_number);
            element->value = copy;
        }
        elements[count++] = *element;
    }
    fields.padding = packet.header.padding;
    fields.marker = packet.header.marker;
    fields.extensions = {elements.data(), count};
    return write_rtp_header(out, fields);
}

size_t StreamRewriter::write(std::span<uint8_t> out, const Position& position,
                             const StoredPacket& packet, const SendStamp& stamp) const {
    const RtpFields fields{.payload_type = position.payload_type,
                           .sequence = position.sequence,
                           .timestamp = position.timestamp,
                           .ssrc = rules_.ssrc,
                           .extensions = {}};
    const size_t header = write_header(out, fields, position, packet, stamp);
    const auto body = packet.body().subspan(position.payload_offset);
    if (header == 0 || header + body.size() > out.size()) return 0;
    std::memcpy(out.data() + header, body.data(), body.size());
    write_picture(out.subspan(header, body.size()), packet, position.picture);
    return header + body.size();
}

size_t StreamRewriter::write_again(std::span<uint8_t> out, const Position& position,
                                   const StoredPacket& packet, const SendStamp& stamp) {
    const RtpFields fields{.payload_type = rules_.rtx_payload_types[position.payload_type & 0x7f],
                           .sequence = rtx_sequence_,
                           .timestamp = position.timestamp,
                           .ssrc = rules_.rtx_ssrc,
                           .extensions = {}};
    const size_t header = write_header(out, fields, position, packet, stamp);
    const auto body = packet.body().subspan(position.payload_offset);
    if (header == 0 || header + 2 + body.size() > out.size()) return 0;
    write_u16(&out[header], position.sequence);
    std::memcpy(out.data() + header + 2, body.data(), body.size());
    write_picture(out.subspan(header + 2, body.size()), packet, position.picture);
    ++rtx_sequence_;
    return header + 2 + body.size();
}

size_t StreamRewriter::write_padding(std::span<uint8_t> out, uint8_t padding,
                                     const SendStamp& stamp) {
    if (!can_pad()) return 0;
    std::array<uint8_t, 2> transport_sequence{};
    write_u16(transport_sequence.data(), stamp.transport_sequence);
    const auto send_time = abs_send_time(stamp.now);
    const std::array<ExtensionElement, 2> elements{
        {{.id = rules_.abs_send_time_id, .value = send_time},
         {.id = rules_.transport_sequence_id, .value = transport_sequence}}};
    const size_t header = write_rtp_header(out, {.padding = true,
                                                 .payload_type = padding_type_,
                                                 .sequence = rtx_sequence_,
                                                 .timestamp = first_timestamp_,
                                                 .ssrc = rules_.rtx_ssrc,
                                                 .extensions = elements});
    if (header == 0 || padding == 0 || header + padding > out.size()) return 0;
    std::memset(out.data() + header, 0, padding);
    out[header + padding - 1] = padding;
    ++rtx_sequence_;
    return header + padding;
}

}  // namespace parley::sfu
