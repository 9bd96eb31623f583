#include "sfu/vp9_descriptor.hpp"

#include "sfu/byte_order.hpp"

namespace parley::sfu {

//       0 1 2 3 4 5 6 7
//      +-+-+-+-+-+-+-+-+
//      |I|P|L|F|B|E|V|Z|
//      +-+-+-+-+-+-+-+-+
// I:   |M| PICTURE ID  |
//      +-+-+-+-+-+-+-+-+
// M:   | EXTENDED PID  |
//      +-+-+-+-+-+-+-+-+
// L:   | TID |U| SID |D|
//      +-+-+-+-+-+-+-+-+
//      |   TL0PICIDX   |  (not where F)
//      +-+-+-+-+-+-+-+-+
std::optional<Vp9Descriptor> Vp9Descriptor::parse(std::span<const uint8_t> payload) {
    if (payload.empty()) return std::nullopt;
    const uint8_t first = payload[0];
    const bool layers = (first & 0x20) != 0;
    Vp9Descriptor descriptor;
    descriptor.has_picture_id = (first & 0x80) != 0;
    descriptor.inter_picture_predicted = (first & 0x40) != 0;
    descriptor.flexible = (first & 0x10) != 0;
    descriptor.frame_begin = (first & 0x08) != 0;
    descriptor.frame_end = (first & 0x04) != 0;
    descriptor.not_referenced_above = (first & 0x01) != 0;
    descriptor.has_tl0_picture_index = layers && !descriptor.flexible;

    size_t offset = 1;
    if (descriptor.has_picture_id) {
        if (offset >= payload.size()) return std::nullopt;
        descriptor.wide_picture_id = (payload[offset] & 0x80) != 0;
        if (offset + (descriptor.wide_picture_id ? 2 : 1) > payload.size()) return std::nullopt;
        descriptor.numbers.picture_id =
            descriptor.wide_picture_id ? static_cast<uint16_t>(read_u16(&payload[offset]) & 0x7fff)
                                       : payload[offset];
        offset += descriptor.wide_picture_id ? 2 : 1;
    }
    if (layers) {
        if (offset >= payload.size()) return std::nullopt;
        descriptor.temporal_layer = payload[offset] >> 5;
        descriptor.switching_up_point = (payload[offset] & 0x10) != 0;
        descriptor.spatial_layer = (payload[offset] >> 1) & 0x07;
        descriptor.inter_layer_dependency = (payload[offset] & 0x01) != 0;
        ++offset;
    }
    if (descriptor.has_tl0_picture_index) {
        if (offset >= payload.size()) return std::nullopt;
        descriptor.numbers.tl0_picture_index = payload[offset++];
    }
    if (offset >= payload.size()) return std::nullopt;
    descriptor.size = static_cast<uint8_t>(offset);
    return descriptor;
}

/// U is said of the higher layers that follow; those who send it also mean the frame's own, as Y of
/// VP8.
FrameMarks Vp9Descriptor::marks() const {
    const bool keyframe = !inter_picture_predicted && spatial_layer == 0 && !inter_layer_dependency;
    const bool up = keyframe || switching_up_point;
    return {.frame_begin = frame_begin,
            .frame_end = frame_end,
            .keyframe = keyframe,
            .temporal_layer = temporal_layer,
            .spatial_layer = spatial_layer,
            .layer_sync = up,
            .layer_open = up ? uint8_t{kTemporalLayersMax - 1} : temporal_layer};
}

void Vp9Descriptor::write(std::span<uint8_t> payload, const PictureNumbers& replacement) const {
    if (payload.size() < size) return;
    if (has_picture_id && wide_picture_id) {
        write_u16(&payload[1], static_cast<uint16_t>(0x8000 | replacement.picture_id));
    } else if (has_picture_id) {
        payload[1] = static_cast<uint8_t>(replacement.picture_id & 0x7f);
    }
    if (has_tl0_picture_index) payload[size - 1U] = replacement.tl0_picture_index;
}

}  // namespace parley::sfu
