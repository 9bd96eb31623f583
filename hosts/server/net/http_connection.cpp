#include "hosts/server/net/http_connection.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <optional>

#include "hosts/server/net/http_answers.hpp"
#include "hosts/server/net/tls_context.hpp"
#include "hosts/server/net/tls_socket.hpp"
#include "hosts/server/net/websocket_connection.hpp"

namespace parley::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using error_code = boost::system::error_code;

namespace {

constexpr size_t header_bytes_max = 16 * 1024;
constexpr size_t body_bytes_max = 1024;
constexpr std::chrono::milliseconds linger{1000};
/// For a peer to take one answer, on a slow line too.
constexpr std::chrono::minutes answer_time{5};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
  public:
    HttpConnection(HttpContext context, ConnectionTicket ticket, asio::ip::tcp::socket socket,
                   asio::ssl::context* tls)
        : context_(std::move(context)),
          ticket_(std::move(ticket)),
          socket_(std::move(socket)),
          tls_(tls) {
        error_code ignored;
        socket_.tcp().set_option(asio::ip::tcp::no_delay(true), ignored);
    }

    void start() {
        arm(context_.client.config.limits.login_timeout);
        if (!tls_) return read();
        socket_.async_handshake(*tls_, [self = shared_from_this()](const error_code& error) {
            if (error) return self->close();
            self->read();
        });
    }

  private:
    /// The connection is cut unless arm() or disarm() is called within that time.
    void arm(std::chrono::milliseconds time) {
        disarm();
        timer_ = context_.client.loop.after(time, [self = shared_from_this()] {
            self->timer_ = 0;
            self->close();
        });
    }

    void disarm() {
        if (timer_ != 0) context_.client.loop.cancel(timer_);
        timer_ = 0;
    }

    void close() {
        disarm();
        if (!upgraded_) socket_.close();
    }

    void read() {
        arm(context_.client.config.limits.login_timeout);
        parser_.emplace();
        parser_->header_limit(header_bytes_max);
        parser_->body_limit(body_bytes_max);
        http::async_read(socket_, buffer_, *parser_,
                         [self = shared_from_this()](const error_code& error, size_t) {
                             self->on_request(error);
                         });
    }

    void on_request(const error_code& error) {
        if (error == http::error::end_of_stream) return finish();
        if (error.category() == http::make_error_code(http::error::bad_method).category()) {
            return answer(http_failure(error == http::error::header_limit
                                           ? http::status::request_header_fields_too_large
                                           : http::status::bad_request,
                                       11, false));
        }
        if (error) return close();
        const HttpRequest request = parser_->release();
        if (is_xmpp_websocket(request)) return upgrade(request);
        answer(http_answer(request, context_.files,
                           {context_.client.config.domain, socket_.encrypted()}));
    }

    void answer(HttpAnswer response) {
        arm(answer_time);
        std::visit(
            [this](auto message) {
                auto owned = std::make_shared<decltype(message)>(std::move(message));
                http::async_write(
                    socket_, *owned,
                    [self = shared_from_this(), owned](const error_code& error, size_t) {
                        if (error) return self->close();
                        if (owned->need_eof()) return self->finish();
                        self->read();
                    });
            },
            std::move(response));
    }

    void finish() {
        arm(linger);
        socket_.async_finish([self = shared_from_this()] { self->close(); });
    }

    void upgrade(const HttpRequest& request) {
        disarm();
        upgraded_ = true;
        auto connection = start_websocket_connection(context_.client, std::move(ticket_),
                                                     std::move(socket_), request);
        context_.on_client(connection);
    }

    HttpContext context_;
    ConnectionTicket ticket_;
    TlsSocket socket_;
    asio::ssl::context* tls_;
    beast::flat_buffer buffer_{header_bytes_max + body_bytes_max};
    std::optional<http::request_parser<http::string_body>> parser_;
    EventLoop::TimerId timer_ = 0;
    bool upgraded_ = false;
};

}  // namespace

void start_http_connection(HttpContext context, ConnectionTicket ticket,
                           asio::ip::tcp::socket socket, asio::ssl::context* tls) {
    std::make_shared<HttpConnection>(std::move(context), std::move(ticket), std::move(socket), tls)
        ->start();
}

}  // namespace parley::server
