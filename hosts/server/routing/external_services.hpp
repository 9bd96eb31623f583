#pragma once

#include <chrono>
#include <functional>

#include "hosts/server/routing/router.hpp"

namespace parley::server {

/// Lets the server answer its users with its STUN and TURN servers (XEP-0215), each user with
/// credentials of its own as coturn's REST API has them: they expire, and nobody but the server and
/// coturn need know of them beforehand. Does nothing where the configuration names no service.
void add_external_services(Router& router, const Config& config,
                           std::function<std::chrono::system_clock::time_point()> now);

}  // namespace parley::server
