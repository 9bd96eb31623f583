#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "sfu/frame_marks.hpp"
#include "sfu/media_time.hpp"
#include "sfu/packet_in.hpp"
#include "sfu/red_payload.hpp"
#include "sfu/rtp_header.hpp"
#include "sfu/vp8_descriptor.hpp"
#include "sfu/vp9_descriptor.hpp"

namespace parley::sfu {

/// The payload's own header, where it has numbers that change on the way.
using PayloadDescriptor = std::variant<std::monostate, Vp8Descriptor, Vp9Descriptor>;

/// One packet as it came from its source, decrypted.
struct StoredPacket {
    RtpHeader header;
    FrameMarks marks;                      ///< of video whose format is known
    PayloadDescriptor descriptor;          ///< at the beginning of the payload
    std::optional<uint16_t> frame_number;  ///< of its dependency descriptor
    std::optional<RedPrimary> primary;     ///< of audio in RED
    TimePoint arrival;
    uint16_t size = 0;
    std::array<uint8_t, kDatagramSizeMax> data;

    std::span<const uint8_t> bytes() const { return {data.data(), size}; }

    /// Payload and padding: all that follows the header.
    std::span<const uint8_t> body() const { return bytes().subspan(header.header_size); }
};

/// The latest packets of one source, kept once: every receiver is served, and served again, from
/// here.
class PacketRing {
  public:
    /// `capacity` in packets: a power of two.
    explicit PacketRing(size_t capacity);

    /// The place of the next packet, free to write until commit.
    StoredPacket& next() { return slots_[head_ & mask_]; }

    /// Keeps what `next` holds; the number names it until it is overwritten.
    uint32_t commit() { return head_++; }

    /// nullptr: overwritten by now.
    const StoredPacket* find(uint32_t number) const {
        const uint32_t age = head_ - number;
        return age >= 1 && age < slots_.size() ? &slots_[number & mask_] : nullptr;
    }

    /// nullptr: nothing was kept yet.
    const StoredPacket* latest() const {
        return head_ == 0 ? nullptr : &slots_[(head_ - 1) & mask_];
    }

    size_t capacity() const { return slots_.size(); }

  private:
    std::vector<StoredPacket> slots_;
    uint32_t mask_;
    uint32_t head_ = 0;
};

}  // namespace parley::sfu
