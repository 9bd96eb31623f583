#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace parley::server::test {

/// A blocking client on a real socket, TLS and WebSocket included. Every wait has an end.
class SocketClient {
  public:
    explicit SocketClient(uint16_t port, int receive_buffer = 0);
    ~SocketClient();
    SocketClient(const SocketClient&) = delete;
    SocketClient& operator=(const SocketClient&) = delete;

    /// The certificate is not looked at.
    bool start_tls(int max_version = TLS1_3_VERSION);

    SSL* tls() { return tls_.get(); }

    bool send(std::string_view bytes);
    /// One masked text frame (RFC 6455 s5.2), at most 65535 octets.
    bool send_frame(std::string_view text, uint8_t opcode = 1);
    /// Reads until the text arrives and returns everything up to and with it; or what came until
    /// the connection ended or the time was over.
    std::string read_until(std::string_view text);
    /// Whether the peer closes the connection in time.
    bool closed();

  private:
    /// Empty: nothing came in time, or the end.
    std::string read_some(std::chrono::milliseconds time);

    struct FreeContext {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };

    struct FreeConnection {
        void operator()(SSL* connection) const { SSL_free(connection); }
    };

    int socket_;
    std::unique_ptr<SSL_CTX, FreeContext> context_;
    std::unique_ptr<SSL, FreeConnection> tls_;
    std::string buffer_;
    bool end_ = false;
};

}  // namespace parley::server::test
