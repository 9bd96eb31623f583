#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hosts/server/config/config.hpp"

namespace parley::server {

/// "127.0.0.1:5222" or "[::1]:5222".
std::optional<Endpoint> parse_endpoint(std::string_view text);

/// Whether the text is a domain name, or a numeric address without brackets.
bool is_host(const std::string& text);

/// Whether only this machine reaches the numeric address.
bool is_loopback(const std::string& host);

}  // namespace parley::server
