#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sfu/media_time.hpp"

namespace parley::sfu {

/// One packet of a transport, as its sender remembers it until feedback tells of it.
struct SentPacket {
    enum class Fate : uint8_t { unknown, lost, received };

    TimePoint sent{};
    uint16_t size = 0;          ///< octets
    uint8_t probe_cluster = 0;  ///< 0: of none
    Fate fate = Fate::unknown;
    uint32_t tag = 0;  ///< the sender's own, to find what it was; 0: nothing to be found
};

/// The latest packets of one transport by their transport-wide sequence numbers
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 s2), which it hands out.
class SendHistory {
  public:
    /// A power of two, and at most half of the sequence numbers. Over 3 s of 10 Mbit/s: feedback
    /// that comes later has nothing to say about now.
    static constexpr size_t kCapacity = 4096;

    /// Returns the packet's sequence number. On the packet path.
    uint16_t add(size_t bytes, TimePoint now, uint8_t probe_cluster, uint32_t tag) {
        packets_[next_ % kCapacity] = {.sent = now,
                                       .size = static_cast<uint16_t>(bytes),
                                       .probe_cluster = probe_cluster,
                                       .fate = SentPacket::Fate::unknown,
                                       .tag = tag};
        return static_cast<uint16_t>(next_++);
    }

    /// nullptr: never sent, or overwritten by now.
    SentPacket* find(uint16_t sequence);

    /// nullptr: nothing was sent yet.
    const SentPacket* latest() const {
        return next_ == 0 ? nullptr : &packets_[(next_ - 1) % kCapacity];
    }

  private:
    std::array<SentPacket, kCapacity> packets_{};
    uint64_t next_ = 0;  ///< its lower 16 bits are the next sequence number
};

}  // namespace parley::sfu
