#pragma once

#include <string>

namespace parley::server {

/// 128 unguessable bits in 32 hexadecimal digits.
std::string random_id();

}  // namespace parley::server
