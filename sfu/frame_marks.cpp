#include "sfu/frame_marks.hpp"

#include <strings.h>
#include <array>

#include "sfu/av1_payload.hpp"
#include "sfu/h264_payload.hpp"
#include "sfu/vp8_descriptor.hpp"
#include "sfu/vp9_descriptor.hpp"

namespace parley::sfu {

PayloadFormat payload_format(std::string_view codec) {
    struct Name {
        std::string_view name;
        PayloadFormat format;
    };

    constexpr std::array<Name, 4> kNames{{{"VP8", PayloadFormat::vp8},
                                          {"VP9", PayloadFormat::vp9},
                                          {"H264", PayloadFormat::h264},
                                          {"AV1", PayloadFormat::av1}}};
    for (const auto& each : kNames) {
        if (each.name.size() == codec.size() &&
            strncasecmp(each.name.data(), codec.data(), codec.size()) == 0) {
            return each.format;
        }
    }
    return PayloadFormat::other;
}

std::optional<FrameMarks> read_frame_marks(PayloadFormat format, std::span<const uint8_t> payload,
                                           bool marker) {
    switch (format) {
        case PayloadFormat::vp8:
            if (const auto descriptor = Vp8Descriptor::parse(payload)) {
                return descriptor->marks(marker);
            }
            return std::nullopt;
        case PayloadFormat::vp9:
            if (const auto descriptor = Vp9Descriptor::parse(payload)) return descriptor->marks();
            return std::nullopt;
        case PayloadFormat::h264:
            return h264_marks(payload, marker);
        case PayloadFormat::av1:
            return av1_marks(payload, marker);
        case PayloadFormat::other:
            break;
    }
    return std::nullopt;
}

}  // namespace parley::sfu
