#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "sfu/aes_gcm.hpp"
#include "sfu/packet_index.hpp"
#include "sfu/ssrc_table.hpp"

/// AEAD_AES_128_GCM for RTP (RFC 7714), each way by itself. Nothing allocates but `create`.
namespace parley::sfu {

/// What packets are encrypted with, derived from the master key and salt (RFC 3711 s4.3, without
/// key derivation rate; RFC 7714 s11).
class SrtpGcmKey {
  public:
    static constexpr size_t kMasterSize = 28;  ///< octets: key and salt

    static std::optional<SrtpGcmKey> derive(std::span<const uint8_t, kMasterSize> master);

    AesGcm& cipher() const { return *cipher_; }

    /// RFC 7714 s8.1.
    AesGcm::Iv iv(uint32_t ssrc, uint64_t index) const;

  private:
    SrtpGcmKey() = default;
    std::unique_ptr<AesGcm> cipher_;
    AesGcm::Iv salt_{};
};

class SrtpGcmSender {
  public:
    static constexpr size_t kStreamsMax = 1024;  ///< SSRCs over the sender's life

    explicit SrtpGcmSender(SrtpGcmKey key) : key_(std::move(key)) {}

    /// Behind the header that is in `out` goes the encrypted body, which may lie there already, and
    /// the tag. The size of the whole; 0 where it does not fit or the stream is one too many. A
    /// sequence number that comes again must come with the same bytes.
    size_t protect(std::span<uint8_t> out, size_t header_size, std::span<const uint8_t> body);

  private:
    SrtpGcmKey key_;
    SsrcTable<uint64_t, kStreamsMax> highest_;  ///< packet index
};

class SrtpGcmReceiver {
  public:
    static constexpr size_t kStreamsMax = 256;  ///< authentic SSRCs over the receiver's life

    explicit SrtpGcmReceiver(SrtpGcmKey key) : key_(std::move(key)) {}

    /// In place; the size of the plain packet, or 0 where it is not authentic, replayed or
    /// malformed, or the stream is one too many.
    size_t unprotect(std::span<uint8_t> packet);

  private:
    SrtpGcmKey key_;
    SsrcTable<ReplayWindow, kStreamsMax> windows_;
};

/// Octets before the payload (RFC 3550 s5.1), protected or not; 0 where the packet ends before
/// them.
size_t rtp_header_size(std::span<const uint8_t> packet);

}  // namespace parley::sfu
