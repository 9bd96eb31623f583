#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

/// The numbers of pictures in the payload descriptors of VP8 and VP9 and of frames in the
/// dependency descriptor, which receivers expect to go on where one encoding follows another.
namespace parley::sfu {

/// PictureID and TL0PICIDX (RFC 7741 s4.2, RFC 9628 s4.2).
struct PictureNumbers {
    uint16_t picture_id = 0;  ///< 7 or 15 bits
    uint8_t tl0_picture_index = 0;
    bool operator==(const PictureNumbers&) const = default;
};

/// Numbers one receiver's pictures: without a gap where some are left out or the encoding changes,
/// with one where the source lost some. A source that begins far back is taken for a new one.
class PictureContinuity {
  public:
    static constexpr int kHistory = 64;  ///< pictures that may still get late packets

    /// What to write into a packet of the picture. `wide`: its PictureID has 15 bits. `switched`:
    /// it is the first that this receiver gets of another encoding, or after a pause. Nothing where
    /// the picture is older than the switch, or was left out: not to be forwarded.
    std::optional<PictureNumbers> place(const PictureNumbers& source, bool wide, bool switched);

    /// The picture is not forwarded: those after it move up.
    void leave_out(const PictureNumbers& source, bool wide);

  private:
    static constexpr uint16_t kLeftOut = 0xffff;

    uint16_t& out(int64_t source) { return out_[static_cast<size_t>(source % kHistory)]; }

    void begin(const PictureNumbers& source);
    /// The source's number without wraps.
    int64_t unwrap(const PictureNumbers& source, bool wide) const;
    /// Gives each picture up to `source` the next number.
    void advance(int64_t source);

    bool started_ = false;
    int64_t first_ = 0;  ///< of this encoding
    int64_t highest_ = 0;
    std::array<uint16_t, kHistory> out_{};  ///< of the source's latest pictures
    uint16_t last_ = 0;                     ///< given
    uint8_t tl0_offset_ = 0;
    uint8_t tl0_last_ = 0;
};

/// The same for the frame numbers of dependency descriptors, which may have gaps: frames name those
/// that they need.
class FrameNumberContinuity {
  public:
    static constexpr int32_t kHistory = 256;  ///< frames

    /// Nothing where the frame is older than the switch.
    std::optional<uint16_t> place(uint16_t source, bool switched);

  private:
    bool started_ = false;
    uint16_t offset_ = 0;
    uint16_t highest_ = 0;  ///< given
    int32_t span_ = 0;      ///< frames since the switch, saturating
};

}  // namespace parley::sfu
