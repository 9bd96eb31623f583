#include <algorithm>
#include <vector>

#include "sfu/frame_marks.hpp"
#include "sfu/red_payload.hpp"
#include "sfu/temporal_filter.hpp"
#include "sfu/vp8_descriptor.hpp"
#include "sfu/vp9_descriptor.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace parley::sfu;

namespace {

struct Receiver {
    TemporalFilter filter;
    PictureContinuity continuity;
};

void check_marks(const FrameMarks& marks) {
    fuzz_check(marks.temporal_layer < kTemporalLayersMax, "there are so many temporal layers");
    fuzz_check(marks.layer_open >= marks.temporal_layer, "a frame's own layer is open");
    fuzz_check(marks.layer_open < kTemporalLayersMax, "so many are open");
    fuzz_check(!marks.keyframe || marks.layer_sync, "a keyframe needs no other layer");
}

/// The numbers read as they were written, and nothing else has changed.
template <class Descriptor>
void check_numbers(std::span<const uint8_t> payload, bool accepted, bool switched,
                   PictureContinuity& continuity) {
    const auto descriptor = Descriptor::parse(payload);
    if (!descriptor) return;
    fuzz_check(descriptor->size < payload.size(), "something follows the descriptor");
    if (!accepted) return continuity.leave_out(descriptor->numbers, descriptor->wide_picture_id);
    const auto numbers =
        continuity.place(descriptor->numbers, descriptor->wide_picture_id, switched);
    if (!numbers) return;
    std::vector<uint8_t> copy(payload.begin(), payload.end());
    descriptor->write(copy, *numbers);
    const auto again = Descriptor::parse(copy);
    fuzz_check(again.has_value(), "what is written can be parsed");
    const uint16_t mask = descriptor->wide_picture_id ? 0x7fff : 0x7f;
    if (descriptor->has_picture_id) {
        fuzz_check(again->numbers.picture_id == (numbers->picture_id & mask),
                   "a picture id reads as it was written");
    }
    if (descriptor->has_tl0_picture_index) {
        fuzz_check(again->numbers.tl0_picture_index == numbers->tl0_picture_index,
                   "a TL0PICIDX reads as it was written");
    }
    descriptor->write(copy, descriptor->numbers);
    fuzz_check(std::equal(copy.begin(), copy.end(), payload.begin()), "nothing else was written");
}

/// The primary block lies within the payload, and one more empty block before it moves it.
void check_red(std::span<const uint8_t> payload) {
    const auto primary = RedPrimary::parse(payload);
    if (!primary) return;
    fuzz_check(primary->offset < payload.size(), "the primary has at least an octet");
    fuzz_check(primary->payload_type < 0x80, "a payload type has 7 bits");
    std::vector<uint8_t> longer{0x80, 0, 0, 0};
    longer.insert(longer.end(), payload.begin(), payload.end());
    const auto moved = RedPrimary::parse(longer);
    fuzz_check(moved && moved->offset == primary->offset + 4, "an empty block moves the primary");
    fuzz_check(moved->payload_type == primary->payload_type, "and does not change it");
}

}  // namespace

/// Payloads of one source on their way to one receiver, each behind an octet that says what it is
/// and one with its size.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::span<const uint8_t> rest(data, size);
    Receiver receiver;
    while (rest.size() >= 2) {
        const auto format = static_cast<PayloadFormat>(rest[0] % 5);
        const bool switched = (rest[0] & 0x80) != 0;
        receiver.filter.set_target((rest[0] >> 4) & 0x03);
        const auto payload = rest.subspan(2, std::min<size_t>(rest[1], rest.size() - 2));
        rest = rest.subspan(2 + payload.size());
        check_red(payload);
        const auto marks = read_frame_marks(format, payload, true);
        if (!marks) continue;
        check_marks(*marks);
        const bool accepted = receiver.filter.accept(*marks);
        if (format == PayloadFormat::vp8) {
            check_numbers<Vp8Descriptor>(payload, accepted, switched, receiver.continuity);
        } else if (format == PayloadFormat::vp9) {
            check_numbers<Vp9Descriptor>(payload, accepted, switched, receiver.continuity);
        }
    }
    return 0;
}
