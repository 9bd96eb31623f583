#pragma once

#include "hosts/server/config/config.hpp"
#include "xmpp/result.hpp"

namespace parley::server {

/// Whether the certificate and the key can be used, and belong together; the error says what is
/// wrong.
xmpp::Result<void> check_tls(const TlsConfig& config);

}  // namespace parley::server
