#pragma once

#include <boost/asio/ssl/context.hpp>

#include "hosts/server/config/config.hpp"
#include "hosts/server/sasl/sasl.hpp"
#include "xmpp/result.hpp"

namespace parley::server {

/// TLS 1.2 and later with the configured certificate; no session resumption, so that a channel
/// binding names one connection. The error names the file and says what is wrong with it.
xmpp::Result<boost::asio::ssl::context> make_tls_context(const TlsConfig& config);

/// What an established connection offers (RFC 5929 s3, RFC 9266).
ChannelBinding channel_binding(SSL* connection);

}  // namespace parley::server
