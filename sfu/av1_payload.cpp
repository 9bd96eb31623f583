#include "sfu/av1_payload.hpp"

namespace parley::sfu {

namespace {

constexpr size_t kObusMax = 32;  // looked at in one packet
constexpr uint8_t kSequenceHeader = 1;
constexpr uint8_t kTileGroup = 4;

/// AV1 s4.10.5. Takes what it reads off `rest`; nothing where it does not end in time.
std::optional<size_t> read_leb128(std::span<const uint8_t>& rest) {
    constexpr size_t kOctetsMax = 4;  // more than any packet is long
    size_t value = 0;
    for (size_t i = 0; i < kOctetsMax && i < rest.size(); ++i) {
        value |= size_t{rest[i] & 0x7fU} << (i * 7);
        if ((rest[i] & 0x80) == 0) {
            rest = rest.subspan(i + 1);
            return value;
        }
    }
    return std::nullopt;
}

/// AV1 s5.3.2 and s5.3.3: the header of an OBU that begins here.
void mark(std::span<const uint8_t> obu, bool first, FrameMarks& marks) {
    if (obu.empty()) return;
    const uint8_t type = (obu[0] >> 3) & 0x0f;
    if (type == kSequenceHeader) marks.keyframe = true;
    if (first) marks.frame_begin = type != kTileGroup;
    if ((obu[0] & 0x04) == 0 || obu.size() < 2) return;
    marks.temporal_layer = obu[1] >> 5;
    marks.spatial_layer = (obu[1] >> 3) & 0x03;
}

}  // namespace

//  0 1 2 3 4 5 6 7
// +-+-+-+-+-+-+-+-+
// |Z|Y| W |N|-|-|-|
// +-+-+-+-+-+-+-+-+
std::optional<FrameMarks> av1_marks(std::span<const uint8_t> payload, bool marker) {
    if (payload.size() < 2) return std::nullopt;
    const bool continues = (payload[0] & 0x80) != 0;
    const size_t announced = (payload[0] >> 4) & 0x03;
    FrameMarks marks;
    marks.frame_end = marker;
    marks.keyframe = (payload[0] & 0x08) != 0;
    if (marks.keyframe && continues) return std::nullopt;

    auto rest = payload.subspan(1);
    for (size_t i = 0; i < kObusMax && !rest.empty(); ++i) {
        size_t size = rest.size();
        if (i + 1 != announced) {
            const auto told = read_leb128(rest);
            if (!told || *told > rest.size()) return std::nullopt;
            size = *told;
        }
        if (i > 0 || !continues) mark(rest.first(size), i == 0, marks);
        rest = rest.subspan(size);
    }
    marks.layer_sync = marks.keyframe;
    marks.layer_open = marks.keyframe ? uint8_t{kTemporalLayersMax - 1} : marks.temporal_layer;
    return marks;
}

}  // namespace parley::sfu
