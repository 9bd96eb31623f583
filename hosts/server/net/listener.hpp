#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "hosts/server/config/config.hpp"
#include "xmpp/result.hpp"

namespace parley::server {

/// Accepts TCP connections at one address until it is destroyed.
class Listener {
  public:
    using OnAccept = std::function<void(boost::asio::ip::tcp::socket)>;

    /// Binds and listens; the error says what is wrong with the address.
    static xmpp::Result<std::unique_ptr<Listener>> open(boost::asio::io_context& io,
                                                        const Endpoint& endpoint,
                                                        OnAccept on_accept);

    /// With the port the system chose, where port 0 was asked for.
    const Endpoint& endpoint() const { return endpoint_; }

  private:
    Listener(boost::asio::io_context& io, OnAccept on_accept);
    void accept();

    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    OnAccept on_accept_;
    Endpoint endpoint_;
};

}  // namespace parley::server
