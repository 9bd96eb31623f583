#pragma once

#include <string>

#include "hosts/server/config/config.hpp"
#include "hosts/server/config/table_reader.hpp"

namespace parley::server {

/// Reads [ice] with its [[ice.services]].
void read_ice(const toml::value& table, const std::string& file, TableReader::Errors& errors,
              IceConfig& target);

}  // namespace parley::server
