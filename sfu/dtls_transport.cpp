#include "sfu/dtls_transport.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace parley::sfu {

namespace {

// GCM first: the server chooses, and it costs a fraction of the other (RFC 7714).
constexpr const char* kSrtpProfiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA";
constexpr long kMtu = 1200;  // octets of a DTLS datagram: what every path carries
constexpr long kValiditySeconds = 60L * 60 * 24 * 365;
constexpr char kExporterLabel[] = "EXTRACTOR-dtls_srtp";  // RFC 5764 s4.2

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

    void operator()(X509* certificate) const { X509_free(certificate); }
};

std::string last_error() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return "no reason given";
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    return text.data();
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string text;
    for (const unsigned char byte : bytes) {
        if (!text.empty()) text += ':';
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::string fingerprint_of(const X509* certificate, const std::string& hash) {
    const EVP_MD* digest = strcasecmp(hash.c_str(), "sha-512") == 0   ? EVP_sha512()
                           : strcasecmp(hash.c_str(), "sha-384") == 0 ? EVP_sha384()
                                                                      : EVP_sha256();
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    if (X509_digest(certificate, digest, bytes.data(), &size) != 1) return {};
    return hexadecimal({bytes.data(), size});
}

/// RFC 8122 s4: any certificate is let through the handshake; its fingerprint decides afterwards.
int accept_any(int, X509_STORE_CTX*) {
    return 1;
}

std::unique_ptr<X509, Free> self_signed(EVP_PKEY* key) {
    std::unique_ptr<X509, Free> certificate(X509_new());
    uint64_t serial = 0;
    if (!certificate || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) {
        return nullptr;
    }
    X509* x509 = certificate.get();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -24L * 60 * 60);
    X509_gmtime_adj(X509_getm_notAfter(x509), kValiditySeconds);
    X509_NAME* name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("SFU"), -1, -1, 0);
    X509_set_issuer_name(x509, name);
    X509_set_pubkey(x509, key);
    return X509_sign(x509, key, EVP_sha256()) > 0 ? std::move(certificate) : nullptr;
}

}  // namespace

DtlsIdentity::DtlsIdentity() {
    const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
    const auto certificate = key ? self_signed(key.get()) : nullptr;
    if (!certificate) throw std::runtime_error("DTLS certificate: " + last_error());
    context_ = SSL_CTX_new(DTLS_method());
    if (context_ == nullptr) throw std::runtime_error("DTLS: " + last_error());
    SSL_CTX_set_min_proto_version(context_, DTLS1_2_VERSION);
    SSL_CTX_set_options(context_, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
    SSL_CTX_set_read_ahead(context_, 1);
    // SSL_CTX_set_tlsext_use_srtp returns 0 for success.
    const bool ready = SSL_CTX_set_cipher_list(context_, kCiphers) == 1 &&
                       SSL_CTX_set_tlsext_use_srtp(context_, kSrtpProfiles) == 0 &&
                       SSL_CTX_use_certificate(context_, certificate.get()) == 1 &&
                       SSL_CTX_use_PrivateKey(context_, key.get()) == 1;
    if (!ready) {
        SSL_CTX_free(context_);
        throw std::runtime_error("DTLS settings: " + last_error());
    }
    fingerprint_ = fingerprint_of(certificate.get(), "sha-256");
}

DtlsIdentity::~DtlsIdentity() {
    SSL_CTX_free(context_);
}

namespace {

/// Microseconds until a flight is sent again. OpenSSL's own first wait is 1 s, which a caller would
/// hear.
unsigned retransmission_time(SSL*, unsigned previous_us) {
    constexpr unsigned kFirst = 100'000;
    constexpr unsigned kMax = 3'000'000;
    return previous_us == 0 ? kFirst : std::min(previous_us * 2, kMax);
}

}  // namespace

/// OpenSSL's view of the ICE path: one read is one datagram, one write is one datagram. Boundaries
/// matter: a large ClientHello comes in several.
struct DatagramBio {
    static DtlsTransport& self(BIO* bio) { return *static_cast<DtlsTransport*>(BIO_get_data(bio)); }

    static int write(BIO* bio, const char* bytes, int size) {
        if (size <= 0) return -1;
        try {
            self(bio).observer_.send_dtls(
                {reinterpret_cast<const uint8_t*>(bytes), static_cast<size_t>(size)});
        } catch (const std::exception&) {
            return -1;
        }
        return size;
    }

    static int read(BIO* bio, char* bytes, int size) {
        auto& incoming = self(bio).incoming_;
        BIO_clear_retry_flags(bio);
        if (incoming.empty() || size <= 0) {
            BIO_set_retry_read(bio);
            return -1;
        }
        const auto length = std::min(incoming.size(), static_cast<size_t>(size));
        std::memcpy(bytes, incoming.data(), length);
        incoming = {};
        return static_cast<int>(length);
    }

    static long control(BIO*, int command, long number, void*) {
        switch (command) {
            case BIO_CTRL_FLUSH:
                return 1;
            case BIO_CTRL_DGRAM_QUERY_MTU:
            case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
                return kMtu;
            case BIO_CTRL_DGRAM_SET_MTU:
                return number;
            default:
                return 0;  // nothing is pending, no overhead, no timeouts of its own
        }
    }

    static BIO_METHOD* method() {
        static BIO_METHOD* const made = [] {
            BIO_METHOD* each =
                BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
            if (each == nullptr) throw std::bad_alloc();
            BIO_meth_set_write(each, write);
            BIO_meth_set_read(each, read);
            BIO_meth_set_ctrl(each, control);
            return each;
        }();
        return made;
    }
};

DtlsTransport::DtlsTransport(const DtlsIdentity& identity, Role role, Fingerprint remote,
                             Observer& observer)
    : observer_(observer),
      role_(role),
      remote_(std::move(remote)),
      ssl_(SSL_new(identity.context())) {
    if (ssl_ == nullptr) throw std::bad_alloc();
    BIO* bio = BIO_new(DatagramBio::method());
    if (bio == nullptr) {
        SSL_free(ssl_);
        throw std::bad_alloc();
    }
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_, bio, bio);
    DTLS_set_link_mtu(ssl_, kMtu);
    DTLS_set_timer_cb(ssl_, retransmission_time);
    if (role_ == Role::server) {
        SSL_set_accept_state(ssl_);
    } else {
        SSL_set_connect_state(ssl_);
    }
}

DtlsTransport::~DtlsTransport() {
    SSL_free(ssl_);
}

void DtlsTransport::start() {
    if (state_ != State::idle) return;
    state_ = State::handshaking;
    advance();
}

void DtlsTransport::receive(std::span<const uint8_t> datagram) {
    if (state_ == State::closed || state_ == State::failed) return;
    if (state_ == State::idle) state_ = State::handshaking;
    incoming_ = datagram;
    advance();
    incoming_ = {};
}

void DtlsTransport::advance() {
    ERR_clear_error();
    if (state_ == State::handshaking) {
        const int result = SSL_do_handshake(ssl_);
        if (result == 1) {
            finish_handshake();
        } else if (SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ) {
            return fail("DTLS handshake: " + last_error());
        }
    }
    if (state_ != State::connected) return;

    // No application data is expected; reading lets alerts through.
    std::array<uint8_t, 2048> ignored;
    const int result = SSL_read(ssl_, ignored.data(), static_cast<int>(ignored.size()));
    if (result > 0) return;
    switch (SSL_get_error(ssl_, result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return;
        case SSL_ERROR_ZERO_RETURN:
            state_ = State::closed;
            return observer_.on_dtls_closed();
        default:
            return fail("DTLS: " + last_error());
    }
}

void DtlsTransport::finish_handshake() {
    if (!peer_matches())
        return fail("the peer's certificate does not have the announced fingerprint");
    const auto keys = export_keys();
    if (!keys) return fail("DTLS agreed on no SRTP profile");
    state_ = State::connected;
    observer_.on_dtls_connected(*keys);
}

bool DtlsTransport::peer_matches() const {
    const std::unique_ptr<X509, Free> certificate(SSL_get1_peer_certificate(ssl_));
    if (!certificate) return false;
    const auto found = fingerprint_of(certificate.get(), remote_.hash);
    return !found.empty() && strcasecmp(found.c_str(), remote_.value.c_str()) == 0;
}

// RFC 5764 s4.2: client key, server key, client salt, server salt.
std::optional<SrtpKeys> DtlsTransport::export_keys() const {
    const SRTP_PROTECTION_PROFILE* profile = SSL_get_selected_srtp_profile(ssl_);
    if (profile == nullptr) return std::nullopt;
    SrtpKeys keys;
    keys.profile = profile->id == SRTP_AEAD_AES_128_GCM ? SrtpProfile::aead_aes_128_gcm
                                                        : SrtpProfile::aes_128_cm_sha1_80;
    const size_t key = SrtpKeys::key_size();
    const size_t salt = SrtpKeys::salt_size(keys.profile);
    std::array<uint8_t, 2 * SrtpKeys::kSizeMax> material{};
    if (SSL_export_keying_material(ssl_, material.data(), 2 * (key + salt), kExporterLabel,
                                   sizeof kExporterLabel - 1, nullptr, 0, 0) != 1) {
        return std::nullopt;
    }
    auto& client = role_ == Role::client ? keys.local : keys.remote;
    auto& server = role_ == Role::client ? keys.remote : keys.local;
    const uint8_t* from = material.data();
    std::copy_n(from, key, client.data());
    std::copy_n(from + key, key, server.data());
    std::copy_n(from + 2 * key, salt, client.data() + key);
    std::copy_n(from + 2 * key + salt, salt, server.data() + key);
    OPENSSL_cleanse(material.data(), material.size());
    return keys;
}

void DtlsTransport::handle_timeout() {
    if (state_ != State::handshaking) return;
    // 0: no timer has run out; above: sent again; below: too many times.
    if (DTLSv1_handle_timeout(ssl_) < 0) fail("DTLS handshake: the peer does not answer");
}

void DtlsTransport::close() {
    if (state_ == State::connected) SSL_shutdown(ssl_);
    if (state_ != State::failed) state_ = State::closed;
}

void DtlsTransport::fail(std::string text) {
    if (state_ == State::failed) return;
    state_ = State::failed;
    observer_.on_dtls_failed(std::move(text));
}

}  // namespace parley::sfu
