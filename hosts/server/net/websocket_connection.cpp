#include "hosts/server/net/websocket_connection.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "hosts/server/config/address.hpp"

namespace parley::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using error_code = boost::system::error_code;

namespace {

constexpr size_t read_bytes = 16 * 1024;

class WebSocketConnection : public ClientConnection {
  public:
    WebSocketConnection(ConnectionContext context, C2sOptions options, ConnectionTicket ticket,
                        TlsSocket socket)
        : ClientConnection(context, std::move(options), std::move(ticket)),
          socket_(std::move(socket)) {
        socket_.set_option(
            websocket::stream_base::decorator([](websocket::response_type& response) {
                response.set(http::field::sec_websocket_protocol, "xmpp");
            }));
        // The stream itself refuses what is too long, with the stream error.
        socket_.read_message_max(0);
        socket_.text(true);
    }

    void start(const HttpRequest& request) {
        arm();
        auto owned = std::make_shared<HttpRequest>(request);
        socket_.async_accept(*owned, [self = self(), owned](const error_code& error) {
            if (error) return self->lost("WebSocket handshake: " + error.message());
            self->accepted_ = true;
            self->read();
            self->written();
        });
    }

  private:
    std::shared_ptr<WebSocketConnection> self() {
        return std::static_pointer_cast<WebSocketConnection>(shared_from_this());
    }

    void read() {
        if (reading_) return;
        reading_ = true;
        socket_.async_read_some(input_, read_bytes,
                                [self = self()](const error_code& error, size_t) {
                                    self->reading_ = false;
                                    self->on_read(error);
                                });
    }

    void on_read(const error_code& error) {
        if (error) return lost(error.message());
        if (closing()) {
            input_.clear();
            return read();
        }
        const auto data = input_.data();
        const bool complete = socket_.is_message_done();
        if (!socket_.got_text()) return lost("a binary WebSocket message");
        // A message over the limit is handed over incomplete: the stream refuses it by its size.
        if (complete || data.size() > stanza_bytes_max()) {
            received({static_cast<const char*>(data.data()), data.size()});
            input_.clear();
        }
        if (may_read() || closing()) read();
    }

    void start_write() override {
        if (!accepted_) return;
        output_ = take_unsent();
        socket_.async_write(asio::buffer(output_),
                            [self = self()](const error_code& error, size_t) {
                                if (error) return self->lost(error.message());
                                self->written();
                            });
    }

    void start_tls() override {}

    void resume_reading() override { read(); }

    void finish() override {
        if (!accepted_) return socket_.next_layer().close();
        socket_.async_close(websocket::close_code::normal, [self = self()](const error_code&) {
            self->socket_.next_layer().close();
        });
    }

    void close() override { socket_.next_layer().close(); }

    websocket::stream<TlsSocket> socket_;
    beast::flat_buffer input_;
    std::string output_;
    bool accepted_ = false;
    bool reading_ = false;
};

}  // namespace

std::shared_ptr<ClientConnection> start_websocket_connection(ConnectionContext context,
                                                             ConnectionTicket ticket,
                                                             TlsSocket socket,
                                                             const HttpRequest& request) {
    C2sOptions options;
    options.domain = context.config.domain;
    options.limits = context.config.limits;
    options.framing = Framing::Kind::websocket;
    options.encrypted = socket.encrypted();
    options.allow_plaintext =
        is_loopback(ticket.address()) || context.config.http_allow_unencrypted_login;
    auto connection = std::make_shared<WebSocketConnection>(context, std::move(options),
                                                            std::move(ticket), std::move(socket));
    connection->start(request);
    return connection;
}

}  // namespace parley::server
