#pragma once

#include <string>
#include <string_view>

namespace parley::server {

/// In base64, with padding.
std::string sha1_base64(std::string_view text);
std::string hmac_sha1_base64(std::string_view key, std::string_view text);

}  // namespace parley::server
