#include "sfu/h264_payload.hpp"

#include "sfu/byte_order.hpp"

namespace parley::sfu {

namespace {

constexpr uint8_t kTypeMask = 0x1f;
constexpr uint8_t kSlice = 1;
constexpr uint8_t kIdrSlice = 5;
constexpr uint8_t kSequenceParameterSet = 7;
constexpr uint8_t kStapA = 24;
constexpr uint8_t kFuA = 28;

/// `body` follows the NAL unit's header.
void mark(uint8_t type, std::span<const uint8_t> body, FrameMarks& marks) {
    if (type == kSequenceParameterSet) {
        marks.frame_begin = marks.keyframe = true;
    } else if (type == kIdrSlice) {
        marks.keyframe = true;
    } else if (type == kSlice && !body.empty() && (body[0] & 0x80) != 0) {
        marks.frame_begin = true;  // first_mb_in_slice is 0
    }
}

/// RFC 6184 s5.7.1: each unit behind its size. False: one does not fit.
bool mark_aggregated(std::span<const uint8_t> units, FrameMarks& marks) {
    while (!units.empty()) {
        if (units.size() < 2) return false;
        const size_t size = read_u16(&units[0]);
        units = units.subspan(2);
        if (size == 0 || size > units.size()) return false;
        mark(units[0] & kTypeMask, units.subspan(1, size - 1), marks);
        units = units.subspan(size);
    }
    return true;
}

}  // namespace

std::optional<FrameMarks> h264_marks(std::span<const uint8_t> payload, bool marker) {
    if (payload.empty()) return std::nullopt;
    FrameMarks marks;
    marks.frame_end = marker;
    const uint8_t type = payload[0] & kTypeMask;
    if (type == kStapA) {
        if (!mark_aggregated(payload.subspan(1), marks)) return std::nullopt;
    } else if (type == kFuA) {
        if (payload.size() < 2) return std::nullopt;
        const bool start = (payload[1] & 0x80) != 0;
        if (start) mark(payload[1] & kTypeMask, payload.subspan(2), marks);
    } else {
        mark(type, payload.subspan(1), marks);
    }
    marks.layer_sync = marks.keyframe;
    marks.layer_open = marks.keyframe ? kTemporalLayersMax - 1 : 0;
    return marks;
}

}  // namespace parley::sfu
