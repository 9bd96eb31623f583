#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace parley::sfu {

/// AES-128 in Galois/counter mode (NIST SP 800-38D) under one key, with IVs of 96 and tags of 128
/// bits. One thread.
class AesGcm {
  public:
    static constexpr size_t kTagSize = 16;  ///< octets
    using Key = std::array<uint8_t, 16>;
    using Iv = std::array<uint8_t, 12>;

    /// The fastest that is there. nullptr: no memory.
    static std::unique_ptr<AesGcm> create(const Key& key);

    virtual ~AesGcm() = default;

    /// Writes the encrypted body and the tag to `out`, which may be where the body is.
    virtual bool seal(uint8_t* out, std::span<const uint8_t> body, std::span<const uint8_t> header,
                      const Iv& iv) = 0;

    /// Decrypts what ends with its tag, in place. False where it is not authentic; the bytes are
    /// then of no use.
    virtual bool open(std::span<uint8_t> sealed, std::span<const uint8_t> header, const Iv& iv) = 0;
};

std::unique_ptr<AesGcm> openssl_aes_gcm(const AesGcm::Key& key);

/// By Intel's ipsec-mb. nullptr where it was not there at build time, or the processor has no
/// instructions for AES.
std::unique_ptr<AesGcm> ipsec_mb_aes_gcm(const AesGcm::Key& key);

using AesBlock = std::array<uint8_t, 16>;

/// One encrypted block, for deriving keys. Nothing: no memory.
std::optional<AesBlock> aes_128(const AesGcm::Key& key, const AesBlock& block);

}  // namespace parley::sfu
