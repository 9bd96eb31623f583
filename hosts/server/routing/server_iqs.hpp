#pragma once

#include <string>

#include "hosts/server/routing/router.hpp"

namespace parley::server {

/// Adds what the server answers on its own domain besides disco: ping (XEP-0199) and version
/// (XEP-0092).
void add_server_iqs(Router& router, const std::string& version);

}  // namespace parley::server
