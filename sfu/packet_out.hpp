#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sfu/packet_in.hpp"
#include "sfu/srtp_session.hpp"

namespace parley::sfu {

class MediaTransport;

/// Where packets to be sent are written, encrypted in place and kept until the batch ends. Loop
/// thread only.
class PacketOut {
  public:
    static constexpr size_t kBatchMax = 64;  ///< packets
    static constexpr size_t kSlotSize = 1600;
    /// A packet as long as can come in, its RTX header and protection.
    static_assert(kSlotSize >= kDatagramSizeMax + 2 + SrtpSession::kOverheadMax);

    /// Room for one packet, until `commit` or the next `reserve`.
    std::span<uint8_t> reserve();
    /// Keeps the first `size` octets of it for `transport`, which must live until `flush`.
    void commit(MediaTransport& transport, size_t size);
    /// Sends what is kept, in order.
    void flush();

  private:
    struct Pending {
        MediaTransport* transport = nullptr;
        size_t size = 0;
    };

    std::array<std::array<uint8_t, kSlotSize>, kBatchMax> slots_;
    std::array<Pending, kBatchMax> pending_{};
    size_t count_ = 0;
};

}  // namespace parley::sfu
