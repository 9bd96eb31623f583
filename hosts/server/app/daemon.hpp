#pragma once

#include <filesystem>

#include "hosts/server/app/server.hpp"
#include "hosts/server/config/config.hpp"

namespace parley::server {

/// Joins the server, the rooms and the modules, and runs until a signal. `file` is where the
/// configuration was read, and is read anew at SIGHUP. Returns the exit status.
int run_daemon(Config config, const std::filesystem::path& file);

}  // namespace parley::server
