#pragma once

#include <string>

namespace parley::server {

/// The version of this build, "0.1.0".
inline std::string version() {
    return PARLEY_VERSION;
}

}  // namespace parley::server
