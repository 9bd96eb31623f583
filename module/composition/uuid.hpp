#pragma once

#include <string>

namespace parley::module {

/// A version-4 UUID from the kernel's random numbers (RFC 9562 s5.4), in lower case. Any thread.
std::string random_uuid();

}  // namespace parley::module
