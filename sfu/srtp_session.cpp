#include "sfu/srtp_session.hpp"

#include <srtp2/srtp.h>

#include <cstring>
#include <mutex>
#include <utility>

#include "sfu/srtp_gcm.hpp"

namespace parley::sfu {

namespace {

// RFC 3711 s3.3.2 asks for at least 64; retransmissions and bursts of video need more.
constexpr unsigned long kReplayWindow = 1024;  // packets

/// libsrtp keeps global tables for the life of the process; they are never torn down, since another
/// module of the process may use them, too.
bool library_ready() {
    static std::once_flag once;
    static bool ready = false;
    std::call_once(once, [] { ready = srtp_init() == srtp_err_status_ok; });
    return ready;
}

srtp_t create_context(SrtpProfile profile, srtp_ssrc_type_t direction, const uint8_t* key) {
    srtp_policy_t policy{};
    if (profile == SrtpProfile::aead_aes_128_gcm) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_rtp_default(&policy.rtp);
        srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
    }
    policy.ssrc.type = direction;
    policy.key = const_cast<uint8_t*>(key);  // libsrtp only reads it
    policy.window_size = kReplayWindow;
    policy.allow_repeat_tx = 1;
    srtp_t context = nullptr;
    return srtp_create(&context, &policy) == srtp_err_status_ok ? context : nullptr;
}

template <class Function>
size_t apply(Function function, srtp_ctx_t_* context, std::span<uint8_t> bytes, size_t size) {
    int length = static_cast<int>(size);
    if (function(context, bytes.data(), &length) != srtp_err_status_ok || length < 0) return 0;
    return static_cast<size_t>(length);
}

}  // namespace

std::optional<SrtpSession> SrtpSession::create(const SrtpKeys& keys) {
    if (!library_ready()) return std::nullopt;
    SrtpSession session;
    session.inbound_ = create_context(keys.profile, ssrc_any_inbound, keys.remote.data());
    session.outbound_ = create_context(keys.profile, ssrc_any_outbound, keys.local.data());
    if (session.inbound_ == nullptr || session.outbound_ == nullptr) return std::nullopt;
    if (keys.profile != SrtpProfile::aead_aes_128_gcm) return session;
    auto remote = SrtpGcmKey::derive(std::span(keys.remote).first<SrtpGcmKey::kMasterSize>());
    auto local = SrtpGcmKey::derive(std::span(keys.local).first<SrtpGcmKey::kMasterSize>());
    if (!remote || !local) return std::nullopt;
    session.gcm_receiver_ = std::make_unique<SrtpGcmReceiver>(std::move(*remote));
    session.gcm_sender_ = std::make_unique<SrtpGcmSender>(std::move(*local));
    return session;
}

SrtpSession::SrtpSession(SrtpSession&& other) noexcept
    : inbound_(std::exchange(other.inbound_, nullptr)),
      outbound_(std::exchange(other.outbound_, nullptr)),
      gcm_receiver_(std::move(other.gcm_receiver_)),
      gcm_sender_(std::move(other.gcm_sender_)) {}

SrtpSession& SrtpSession::operator=(SrtpSession&& other) noexcept {
    std::swap(inbound_, other.inbound_);
    std::swap(outbound_, other.outbound_);
    std::swap(gcm_receiver_, other.gcm_receiver_);
    std::swap(gcm_sender_, other.gcm_sender_);
    return *this;
}

SrtpSession::~SrtpSession() {
    if (inbound_ != nullptr) srtp_dealloc(inbound_);
    if (outbound_ != nullptr) srtp_dealloc(outbound_);
}

size_t SrtpSession::unprotect_rtp(std::span<uint8_t> packet) {
    return gcm_receiver_ ? gcm_receiver_->unprotect(packet)
                         : apply(srtp_unprotect, inbound_, packet, packet.size());
}

size_t SrtpSession::unprotect_rtcp(std::span<uint8_t> packet) {
    return apply(srtp_unprotect_rtcp, inbound_, packet, packet.size());
}

size_t SrtpSession::protect_rtp(std::span<uint8_t> buffer, size_t size) {
    if (size + kOverheadMax > buffer.size()) return 0;
    if (!gcm_sender_) return apply(srtp_protect, outbound_, buffer, size);
    const size_t header_size = rtp_header_size(buffer.first(size));
    const auto body = buffer.subspan(header_size, size - header_size);
    return gcm_sender_->protect(buffer, header_size, body);
}

size_t SrtpSession::protect_rtp(std::span<uint8_t> buffer, size_t header_size,
                                std::span<const uint8_t> body) {
    const size_t size = header_size + body.size();
    if (size + kOverheadMax > buffer.size()) return 0;
    if (gcm_sender_) return gcm_sender_->protect(buffer, header_size, body);
    std::memcpy(buffer.data() + header_size, body.data(), body.size());
    return apply(srtp_protect, outbound_, buffer, size);
}

size_t SrtpSession::protect_rtcp(std::span<uint8_t> buffer, size_t size) {
    return size + kOverheadMax > buffer.size() ? 0
                                               : apply(srtp_protect_rtcp, outbound_, buffer, size);
}

}  // namespace parley::sfu
