#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>

#include "hosts/server/net/client_connection.hpp"
#include "hosts/server/net/static_files.hpp"

namespace parley::server {

struct HttpContext {
    ConnectionContext client;
    const StaticFiles& files;
    /// Told of each WebSocket that carries XMPP.
    std::function<void(const std::shared_ptr<ClientConnection>&)> on_client;
};

/// Serves one connection over HTTP/1.1, with TLS where a context is given (which outlives it): the
/// call page's files, XEP-0156's host-meta, and the WebSocket at /xmpp-websocket (RFC 7395).
void start_http_connection(HttpContext context, ConnectionTicket ticket,
                           boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

}  // namespace parley::server
