#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace parley::sfu {

/// Sends to one peer's address. Never blocks: what the kernel has no room for is not sent.
class UdpPath {
  public:
    /// As many datagrams, and octets, as one call of the kernel's takes (UDP_SEGMENT, udp(7)).
    static constexpr size_t kSegmentsMax = 64;
    static constexpr size_t kRunSizeMax = 65'000;

    /// An address of AF_INET or AF_INET6.
    explicit UdpPath(const sockaddr_storage& address);

    /// Datagrams of `segment_size` octets each, the last may be shorter, that lie one behind the
    /// other: at most kSegmentsMax and kRunSizeMax. Returns how many were sent.
    size_t send(int fd, std::span<const uint8_t> datagrams, size_t segment_size);

  private:
    enum class Outcome : uint8_t { sent, not_sent, not_as_segments };

    Outcome send_segments(int fd, std::span<const uint8_t> datagrams, size_t segment_size);
    size_t send_singly(int fd, std::span<const uint8_t> datagrams, size_t segment_size) const;

    sockaddr_storage address_;
    socklen_t address_size_;
    size_t segment_size_max_ = kRunSizeMax;  ///< octets; less once the kernel has refused some
};

}  // namespace parley::sfu
