#pragma once

#include <array>
#include <memory>

#include "hosts/server/net/client_connection.hpp"
#include "hosts/server/net/tls_socket.hpp"

namespace parley::server {

/// A client on TCP, with STARTTLS where a TLS context is given (which outlives the connection).
class TcpConnection : public ClientConnection {
  public:
    static std::shared_ptr<TcpConnection> start(ConnectionContext context, ConnectionTicket ticket,
                                                boost::asio::ip::tcp::socket socket,
                                                boost::asio::ssl::context* tls);

  private:
    TcpConnection(ConnectionContext context, C2sOptions options, ConnectionTicket ticket,
                  boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

    std::shared_ptr<TcpConnection> self() {
        return std::static_pointer_cast<TcpConnection>(shared_from_this());
    }

    void read();
    void start_write() override;
    void start_tls() override;

    void resume_reading() override { read(); }

    void finish() override;

    void close() override { socket_.close(); }

    TlsSocket socket_;
    boost::asio::ssl::context* tls_;
    std::array<char, 16 * 1024> input_;
    std::string output_;
    bool reading_ = false;
};

}  // namespace parley::server
