#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

struct srtp_ctx_t_;

namespace parley::sfu {

class SrtpGcmReceiver;
class SrtpGcmSender;

/// RFC 5764 s4.1.2, RFC 7714 s14.2: what DTLS agreed on.
enum class SrtpProfile : uint8_t { aead_aes_128_gcm, aes_128_cm_sha1_80 };

/// Master key followed by master salt, for each way.
struct SrtpKeys {
    static constexpr size_t kSizeMax = 30;
    SrtpProfile profile = SrtpProfile::aead_aes_128_gcm;
    std::array<uint8_t, kSizeMax> local{};
    std::array<uint8_t, kSizeMax> remote{};

    static constexpr size_t key_size() { return 16; }

    static constexpr size_t salt_size(SrtpProfile profile) {
        return profile == SrtpProfile::aead_aes_128_gcm ? 12 : 14;
    }
};

/// Both ways of one DTLS association, and the one wrapper of libsrtp2, which does RTCP and whatever
/// SrtpGcmSender and SrtpGcmReceiver do not. One thread.
class SrtpSession {
  public:
    /// What protection adds to a packet at most, in octets.
    static constexpr size_t kOverheadMax = 32;

    /// Nothing where libsrtp has no such cipher or no memory.
    static std::optional<SrtpSession> create(const SrtpKeys& keys);
    SrtpSession(SrtpSession&& other) noexcept;
    SrtpSession& operator=(SrtpSession&& other) noexcept;
    ~SrtpSession();

    /// In place; the size of the plain packet, or 0 where it is not authentic, replayed or
    /// malformed.
    size_t unprotect_rtp(std::span<uint8_t> packet);
    size_t unprotect_rtcp(std::span<uint8_t> packet);

    /// In place; `buffer` has kOverheadMax octets behind the `size` of the packet. 0 on failure.
    size_t protect_rtp(std::span<uint8_t> buffer, size_t size);
    size_t protect_rtcp(std::span<uint8_t> buffer, size_t size);

    /// The same for a packet whose header is at the beginning of `buffer` and whose body is
    /// elsewhere: that is not copied where the cipher can do without.
    size_t protect_rtp(std::span<uint8_t> buffer, size_t header_size,
                       std::span<const uint8_t> body);

  private:
    SrtpSession() = default;
    srtp_ctx_t_* inbound_ = nullptr;
    srtp_ctx_t_* outbound_ = nullptr;
    std::unique_ptr<SrtpGcmReceiver> gcm_receiver_;  ///< where GCM was agreed on
    std::unique_ptr<SrtpGcmSender> gcm_sender_;
};

}  // namespace parley::sfu
