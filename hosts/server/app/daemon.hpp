#pragma once

#include "hosts/server/app/server.hpp"
#include "hosts/server/config/config.hpp"

namespace parley::server {

/// Joins the server, the rooms and the modules, and runs until a signal. Returns the exit status.
int run_daemon(Config config);

}  // namespace parley::server
