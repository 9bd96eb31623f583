#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sfu/packet_in.hpp"
#include "sfu/srtp_session.hpp"
#include "sfu/udp_path.hpp"

namespace parley::sfu {

class MediaTransport;

/// Where packets to be sent are written and encrypted in place. Packets of one transport that are
/// committed one after another, of one size (the last may be shorter), leave by one call of the
/// kernel's: when a packet comes that cannot join them, and at `flush`. Outlives the transports.
/// Loop thread only.
class PacketOut {
  public:
    static constexpr size_t kSlotSize = 1600;
    /// A packet as long as can come in, its RTX header and protection.
    static_assert(kSlotSize >= kDatagramSizeMax + 2 + SrtpSession::kOverheadMax);

    /// Room for one packet, until `commit` or the next `reserve`.
    std::span<uint8_t> reserve();
    /// Sends the first `size` octets of it, at least one, by `transport`, at `flush` at the latest.
    void commit(MediaTransport& transport, size_t size);
    /// Sends what was kept.
    void flush();

    /// Forgets what is kept for a transport that ends.
    void drop(const MediaTransport& transport);

  private:
    bool joins(const MediaTransport& transport, size_t size) const;
    void send_run();

    // Two runs and more, so that few are cut by the end of the arena.
    static constexpr size_t kArenaSize = 2 * UdpPath::kRunSizeMax + kSlotSize;

    std::array<uint8_t, kArenaSize> arena_;
    size_t begin_ = 0;  ///< of the run: where its first packet lies
    size_t end_ = 0;
    size_t segment_size_ = 0;  ///< of each packet of the run
    size_t last_size_ = 0;     ///< but its last
    size_t count_ = 0;
    MediaTransport* transport_ = nullptr;  ///< the run's, while there is one
};

}  // namespace parley::sfu
