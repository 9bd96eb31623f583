#pragma once

#include <string_view>
#include <vector>

#include "hosts/server/config/config.hpp"

namespace parley::server {

/// The keys and tables in which two configurations differ and that only a start takes: all but
/// log_level and the modules' tables.
std::vector<std::string_view> changes_for_a_restart(const Config& before, const Config& now);

}  // namespace parley::server
