#pragma once

#include <memory>

#include "hosts/server/net/client_connection.hpp"
#include "hosts/server/net/http_answers.hpp"
#include "hosts/server/net/tls_socket.hpp"

namespace parley::server {

/// Accepts the upgrade and serves XMPP on it (RFC 7395).
std::shared_ptr<ClientConnection> start_websocket_connection(ConnectionContext context,
                                                             ConnectionTicket ticket,
                                                             TlsSocket socket,
                                                             const HttpRequest& request);

}  // namespace parley::server
