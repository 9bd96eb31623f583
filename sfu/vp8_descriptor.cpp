#include "sfu/vp8_descriptor.hpp"

#include "sfu/byte_order.hpp"

namespace parley::sfu {

namespace {

constexpr size_t kPictureIdOffset = 2;

/// RFC 6386 s9.1: the frame tag, the start code, and two dimensions in little-endian order.
void read_payload_header(std::span<const uint8_t> frame, Vp8Descriptor& descriptor) {
    constexpr size_t kDimensionsOffset = 6;
    constexpr int kDimension = 0x3fff;  // above it, how to scale
    descriptor.keyframe = (frame[0] & 0x01) == 0;
    if (!descriptor.keyframe || frame.size() < kDimensionsOffset + 4) return;
    if (read_u24(&frame[3]) != 0x9d012a) return;
    const auto dimension = [&](size_t at) {
        return static_cast<uint16_t>((frame[at] | (frame[at + 1] << 8)) & kDimension);
    };
    descriptor.width = dimension(kDimensionsOffset);
    descriptor.height = dimension(kDimensionsOffset + 2);
}

}  // namespace

//       0 1 2 3 4 5 6 7
//      +-+-+-+-+-+-+-+-+
//      |X|R|N|S|R| PID |
//      +-+-+-+-+-+-+-+-+
// X:   |I|L|T|K| RSV   |
//      +-+-+-+-+-+-+-+-+
// I:   |M| PictureID   |
//      +-+-+-+-+-+-+-+-+
// M:   |   PictureID   |
//      +-+-+-+-+-+-+-+-+
// L:   |   TL0PICIDX   |
//      +-+-+-+-+-+-+-+-+
// T/K: |TID|Y| KEYIDX  |
//      +-+-+-+-+-+-+-+-+
std::optional<Vp8Descriptor> Vp8Descriptor::parse(std::span<const uint8_t> payload) {
    if (payload.empty()) return std::nullopt;
    Vp8Descriptor descriptor;
    descriptor.partition_begin = (payload[0] & 0x10) != 0;
    descriptor.partition = payload[0] & 0x07;

    size_t offset = 1;
    uint8_t present = 0;
    if ((payload[0] & 0x80) != 0) {
        if (payload.size() < 2) return std::nullopt;
        present = payload[1];
        offset = 2;
    }
    descriptor.has_picture_id = (present & 0x80) != 0;
    descriptor.has_tl0_picture_index = (present & 0x40) != 0;
    descriptor.has_temporal_layer = (present & 0x20) != 0;
    if (descriptor.has_picture_id) {
        if (offset >= payload.size()) return std::nullopt;
        descriptor.wide_picture_id = (payload[offset] & 0x80) != 0;
        if (offset + (descriptor.wide_picture_id ? 2 : 1) > payload.size()) return std::nullopt;
        descriptor.numbers.picture_id =
            descriptor.wide_picture_id ? static_cast<uint16_t>(read_u16(&payload[offset]) & 0x7fff)
                                       : payload[offset];
        offset += descriptor.wide_picture_id ? 2 : 1;
    }
    if (descriptor.has_tl0_picture_index) {
        if (offset >= payload.size()) return std::nullopt;
        descriptor.numbers.tl0_picture_index = payload[offset++];
    }
    if ((present & 0x30) != 0) {
        if (offset >= payload.size()) return std::nullopt;
        if (descriptor.has_temporal_layer) {
            descriptor.temporal_layer = payload[offset] >> 6;
            descriptor.layer_sync = (payload[offset] & 0x20) != 0;
        }
        ++offset;
    }
    if (offset >= payload.size()) return std::nullopt;
    descriptor.size = static_cast<uint8_t>(offset);
    if (descriptor.partition_begin && descriptor.partition == 0) {
        read_payload_header(payload.subspan(offset), descriptor);
    }
    return descriptor;
}

FrameMarks Vp8Descriptor::marks(bool marker) const {
    return {.frame_begin = partition_begin && partition == 0,
            .frame_end = marker,
            .keyframe = keyframe,
            .temporal_layer = temporal_layer,
            .layer_sync = keyframe || layer_sync,
            .layer_open = keyframe ? uint8_t{kTemporalLayersMax - 1} : temporal_layer,
            .width = width,
            .height = height};
}

void Vp8Descriptor::write(std::span<uint8_t> payload, const PictureNumbers& replacement) const {
    if (payload.size() < size) return;
    size_t offset = kPictureIdOffset;
    if (has_picture_id && wide_picture_id) {
        write_u16(&payload[offset], static_cast<uint16_t>(0x8000 | replacement.picture_id));
        offset += 2;
    } else if (has_picture_id) {
        payload[offset++] = static_cast<uint8_t>(replacement.picture_id & 0x7f);
    }
    if (has_tl0_picture_index) payload[offset] = replacement.tl0_picture_index;
}

}  // namespace parley::sfu
