#include "sfu/picture_numbers.hpp"

#include <algorithm>

#include "sfu/sequence.hpp"

namespace parley::sfu {

namespace {

constexpr uint16_t kWideMask = 0x7fff;
constexpr uint16_t kNarrowMask = 0x7f;

}  // namespace

void PictureContinuity::begin(const PictureNumbers& source) {
    last_ = started_ ? static_cast<uint16_t>((last_ + 1) & kWideMask) : source.picture_id;
    tl0_offset_ =
        started_ ? static_cast<uint8_t>(tl0_last_ + 1 - source.tl0_picture_index) : uint8_t{0};
    tl0_last_ = static_cast<uint8_t>(source.tl0_picture_index + tl0_offset_);
    started_ = true;
    first_ = highest_ = source.picture_id;
    out(highest_) = last_;
}

int64_t PictureContinuity::unwrap(const PictureNumbers& source, bool wide) const {
    const int64_t mask = wide ? kWideMask : kNarrowMask;
    int64_t ahead = (source.picture_id - highest_) & mask;
    if (ahead > mask / 2) ahead -= mask + 1;
    return highest_ + ahead;
}

void PictureContinuity::advance(int64_t source) {
    const int64_t unseen = source - highest_;
    if (unseen > kHistory) {
        last_ = static_cast<uint16_t>((last_ + unseen - kHistory) & kWideMask);
        highest_ = source - kHistory;
        first_ = highest_;
    }
    while (highest_ < source) {
        last_ = static_cast<uint16_t>((last_ + 1) & kWideMask);
        out(++highest_) = last_;
    }
}

std::optional<PictureNumbers> PictureContinuity::place(const PictureNumbers& source, bool wide,
                                                       bool switched) {
    if (!started_ || switched || unwrap(source, wide) <= highest_ - kHistory) begin(source);
    const int64_t picture = unwrap(source, wide);
    advance(picture);
    if (picture < first_ || out(picture) == kLeftOut) return std::nullopt;
    const auto tl0 = static_cast<uint8_t>(source.tl0_picture_index + tl0_offset_);
    if (static_cast<int8_t>(static_cast<uint8_t>(tl0 - tl0_last_)) > 0) tl0_last_ = tl0;
    return PictureNumbers{.picture_id = out(picture), .tl0_picture_index = tl0};
}

void PictureContinuity::leave_out(const PictureNumbers& source, bool wide) {
    if (!started_) return;
    const int64_t picture = unwrap(source, wide);
    if (picture <= highest_) return;
    advance(picture - 1);
    out(++highest_) = kLeftOut;
}

std::optional<uint16_t> FrameNumberContinuity::place(uint16_t source, bool switched) {
    const auto age = [&] {  // of the frame, in frames
        return -int32_t{sequence_distance(highest_, static_cast<uint16_t>(source + offset_))};
    };
    if (!started_ || switched || age() > std::max<int32_t>(kHistory, span_)) {
        offset_ = started_ ? static_cast<uint16_t>(highest_ + 1 - source) : uint16_t{0};
        highest_ = static_cast<uint16_t>(source + offset_);
        span_ = 0;
        started_ = true;
    }
    if (age() > span_) return std::nullopt;
    const auto number = static_cast<uint16_t>(source + offset_);
    if (age() < 0) {
        span_ = std::min<int32_t>(span_ - age(), INT16_MAX);
        highest_ = number;
    }
    return number;
}

}  // namespace parley::sfu
