#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>
#include <utility>

namespace parley::server {

/// A TCP connection that is, or becomes, TLS: one AsyncStream type for both, so that everything
/// above is compiled once.
class TlsSocket {
  public:
    using Tcp = boost::asio::ip::tcp;
    using executor_type = Tcp::socket::executor_type;
    using error_code = boost::system::error_code;

    explicit TlsSocket(Tcp::socket socket)
        : socket_(std::make_unique<Tcp::socket>(std::move(socket))) {}

    executor_type get_executor() { return socket_->get_executor(); }

    Tcp::socket& tcp() { return *socket_; }

    bool encrypted() const { return tls_ != nullptr; }

    /// Only when encrypted.
    SSL* tls() { return tls_->native_handle(); }

    template <class Handler>
    void async_handshake(boost::asio::ssl::context& context, Handler&& handler) {
        tls_ = std::make_unique<boost::asio::ssl::stream<Tcp::socket&>>(*socket_, context);
        tls_->async_handshake(boost::asio::ssl::stream_base::server,
                              std::forward<Handler>(handler));
    }

    template <class Buffers, class Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) {
            tls_->async_read_some(buffers, std::forward<Handler>(handler));
        } else {
            socket_->async_read_some(buffers, std::forward<Handler>(handler));
        }
    }

    template <class Buffers, class Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) {
            tls_->async_write_some(buffers, std::forward<Handler>(handler));
        } else {
            socket_->async_write_some(buffers, std::forward<Handler>(handler));
        }
    }

    /// Says that nothing more will be sent (with TLS: close_notify first), then calls the handler.
    template <class Handler>
    void async_finish(Handler&& handler) {
        if (!tls_) {
            error_code ignored;
            socket_->shutdown(Tcp::socket::shutdown_send, ignored);
            boost::asio::post(get_executor(), std::forward<Handler>(handler));
            return;
        }
        tls_->async_shutdown(
            [handler = std::forward<Handler>(handler)](const error_code&) mutable { handler(); });
    }

    void close() {
        error_code ignored;
        socket_->close(ignored);
    }

  private:
    std::unique_ptr<Tcp::socket> socket_;
    std::unique_ptr<boost::asio::ssl::stream<Tcp::socket&>> tls_;
};

/// Beast's customisation points for a stream of one's own.
inline void beast_close_socket(TlsSocket& socket) {
    socket.close();
}

template <class Handler>
void async_teardown(boost::beast::role_type, TlsSocket& socket, Handler&& handler) {
    socket.close();
    boost::asio::post(socket.get_executor(),
                      boost::beast::bind_front_handler(std::forward<Handler>(handler),
                                                       boost::system::error_code{}));
}

}  // namespace parley::server
