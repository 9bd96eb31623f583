#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sfu/byte_order.hpp"

/// What a datagram is, told from its first bytes (RFC 7983 s7, RFC 5761 s4).
namespace parley::sfu {

/// Longer datagrams are dropped: an Ethernet frame's worth, as browsers send at most 1200 bytes.
inline constexpr size_t kDatagramSizeMax = 1500;

enum class DatagramKind : uint8_t { unknown, stun, dtls, rtp, rtcp };

constexpr DatagramKind classify(std::span<const uint8_t> datagram) {
    if (datagram.empty() || datagram.size() > kDatagramSizeMax) return DatagramKind::unknown;
    const uint8_t first = datagram[0];
    if (first <= 3) return DatagramKind::stun;
    if (first >= 20 && first <= 63) return DatagramKind::dtls;
    if (first < 128 || first > 191 || datagram.size() < 8) return DatagramKind::unknown;
    const uint8_t second = datagram[1];
    if (second >= 192 && second <= 223) return DatagramKind::rtcp;
    return datagram.size() < 12 ? DatagramKind::unknown : DatagramKind::rtp;
}

/// The SSRC of an RTP packet, readable before decryption. `classify` said rtp.
constexpr uint32_t rtp_ssrc(std::span<const uint8_t> datagram) {
    return read_u32(datagram.data() + 8);
}

}  // namespace parley::sfu
