#include "hosts/server/net/tcp_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "hosts/server/net/tls_context.hpp"

namespace parley::server {

namespace asio = boost::asio;
using error_code = boost::system::error_code;

namespace {

/// Stanzas that wait are written together, up to so many octets at once.
constexpr size_t write_bytes_max = 64 * 1024;

}  // namespace

std::shared_ptr<TcpConnection> TcpConnection::start(ConnectionContext context,
                                                    ConnectionTicket ticket,
                                                    asio::ip::tcp::socket socket,
                                                    asio::ssl::context* tls) {
    C2sOptions options;
    options.domain = context.config.domain;
    options.limits = context.config.limits;
    options.framing = Framing::Kind::tcp;
    options.offer_starttls = tls != nullptr;
    options.allow_plaintext = !context.config.c2s_require_tls;
    std::shared_ptr<TcpConnection> connection(
        new TcpConnection(context, std::move(options), std::move(ticket), std::move(socket), tls));
    connection->arm();
    connection->read();
    return connection;
}

TcpConnection::TcpConnection(ConnectionContext context, C2sOptions options, ConnectionTicket ticket,
                             asio::ip::tcp::socket socket, asio::ssl::context* tls)
    : ClientConnection(context, std::move(options), std::move(ticket)),
      socket_(std::move(socket)),
      tls_(tls) {
    error_code ignored;
    socket_.tcp().set_option(asio::ip::tcp::no_delay(true), ignored);
}

void TcpConnection::read() {
    if (reading_) return;
    reading_ = true;
    socket_.async_read_some(asio::buffer(input_),
                            [self = self()](const error_code& error, size_t size) {
                                self->reading_ = false;
                                if (error) return self->lost(error.message());
                                // What arrives after the stream's end is read and dropped: a reset
                                // would destroy the last words on their way to the peer.
                                if (self->closing()) return self->read();
                                self->received({self->input_.data(), size});
                                if (self->may_read() || self->closing()) self->read();
                            });
}

void TcpConnection::start_write() {
    output_.clear();
    while (unsent() > 0 && output_.size() < write_bytes_max)
        output_ += take_unsent();
    asio::async_write(socket_, asio::buffer(output_),
                      [self = self()](const error_code& error, size_t) {
                          if (error) return self->lost(error.message());
                          self->written();
                      });
}

void TcpConnection::start_tls() {
    socket_.async_handshake(*tls_, [self = self()](const error_code& error) {
        if (error) return self->lost("TLS handshake: " + error.message());
        self->tls_established(channel_binding(self->socket_.tls()));
        if (self->may_read()) self->read();
    });
}

void TcpConnection::finish() {
    socket_.async_finish([self = self()] {});
    // A connection that was not reading must, to see the peer's end.
    if (!reading_) read();
}

}  // namespace parley::server
