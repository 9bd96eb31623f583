#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>

#include "sfu/packet_in.hpp"

namespace parley::sfu::bench {

/// Reads many sockets' datagrams, and when the kernel got them, past any library. One thread.
class SocketReader {
  public:
    using OnDatagram = std::function<void(size_t index, std::span<uint8_t>, int64_t arrived_ns)>;

    SocketReader();
    ~SocketReader();
    SocketReader(const SocketReader&) = delete;
    SocketReader& operator=(const SocketReader&) = delete;

    void add(int socket, size_t index);

    /// What has come.
    void read(const OnDatagram& on_datagram);

  private:
    void drain(int socket, size_t index, const OnDatagram& on_datagram);

    static constexpr size_t kBatch = 32;  ///< datagrams

    int epoll_;
    std::array<std::array<uint8_t, kDatagramSizeMax>, kBatch> buffers_;
};

}  // namespace parley::sfu::bench
