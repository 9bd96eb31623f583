#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "sfu/session_description.hpp"
#include "sfu/srtp_session.hpp"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

/// The one wrapper of OpenSSL.
namespace parley::sfu {

/// The SFU's own key (ECDSA P-256) and self-signed certificate, made at start and never stored,
/// with the DTLS settings that go with it. Immutable: any thread.
class DtlsIdentity {
  public:
    /// Throws std::runtime_error where OpenSSL fails.
    DtlsIdentity();
    ~DtlsIdentity();
    DtlsIdentity(const DtlsIdentity&) = delete;
    DtlsIdentity& operator=(const DtlsIdentity&) = delete;

    /// RFC 8122 s5: SHA-256, in upper-case hexadecimal with colons.
    const std::string& fingerprint() const { return fingerprint_; }

    SSL_CTX* context() const { return context_; }

  private:
    SSL_CTX* context_ = nullptr;
    std::string fingerprint_;
};

/// A DTLS 1.2 association (RFC 6347) that agrees on SRTP keys (RFC 5764). Sans-IO but for its
/// observer; one thread.
class DtlsTransport {
  public:
    enum class State : uint8_t { idle, handshaking, connected, closed, failed };
    enum class Role : uint8_t { client, server };

    /// The transport must not be destroyed in these.
    class Observer {
      public:
        virtual void send_dtls(std::span<const uint8_t> datagram) = 0;
        virtual void on_dtls_connected(const SrtpKeys& keys) = 0;
        virtual void on_dtls_failed(std::string text) = 0;
        /// The peer said close_notify.
        virtual void on_dtls_closed() = 0;

      protected:
        ~Observer() = default;
    };

    /// `remote` is the fingerprint that the peer's certificate must have.
    DtlsTransport(const DtlsIdentity& identity, Role role, Fingerprint remote, Observer& observer);
    ~DtlsTransport();
    DtlsTransport(const DtlsTransport&) = delete;
    DtlsTransport& operator=(const DtlsTransport&) = delete;

    /// The path is there: a client begins, a server waits.
    void start();
    void receive(std::span<const uint8_t> datagram);
    /// To be called every few 10 ms while handshaking: sends again what was lost.
    void handle_timeout();
    /// Sends close_notify.
    void close();

    State state() const { return state_; }

  private:
    friend struct DatagramBio;
    void advance();
    void finish_handshake();
    bool peer_matches() const;
    std::optional<SrtpKeys> export_keys() const;
    void fail(std::string text);

    Observer& observer_;
    Role role_;
    Fingerprint remote_;
    SSL* ssl_ = nullptr;
    State state_ = State::idle;
    std::span<const uint8_t> incoming_;  ///< the datagram being read
};

}  // namespace parley::sfu
