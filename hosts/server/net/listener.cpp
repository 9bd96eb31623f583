#include "hosts/server/net/listener.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/ip/v6_only.hpp>

namespace parley::server {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// After a failed accept (too many open files), before the next.
constexpr std::chrono::milliseconds accept_pause{200};

}  // namespace

Listener::Listener(asio::io_context& io, OnAccept on_accept)
    : acceptor_(io), pause_(io), on_accept_(std::move(on_accept)) {}

xmpp::Result<std::unique_ptr<Listener>> Listener::open(asio::io_context& io,
                                                       const Endpoint& endpoint,
                                                       OnAccept on_accept) {
    std::unique_ptr<Listener> listener(new Listener(io, std::move(on_accept)));
    tcp::acceptor& acceptor = listener->acceptor_;
    boost::system::error_code error;
    const auto address = asio::ip::make_address(endpoint.host, error);
    const tcp::endpoint local(address, endpoint.port);
    if (!error) acceptor.open(local.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
    if (!error) acceptor.bind(local, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        return tl::unexpected(
            xmpp::Error{"cannot listen on " + endpoint.to_string() + ": " + error.message()});
    }
    listener->endpoint_ = {endpoint.host, acceptor.local_endpoint().port()};
    listener->accept();
    return listener;
}

void Listener::accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (!error) {
            on_accept_(std::move(socket));
            return accept();
        }
        spdlog::error("accepting on {} failed: {}", endpoint_.to_string(), error.message());
        pause_.expires_after(accept_pause);
        pause_.async_wait([this](const boost::system::error_code& cancelled) {
            if (!cancelled) accept();
        });
    });
}

}  // namespace parley::server
