#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hosts/server/muc/types.hpp"

namespace parley::server::muc {

/// XEP-0082 DateTime in UTC with milliseconds: "2026-11-23T08:32:23.120Z".
std::string format_timestamp(TimePoint time);

/// Reads an XEP-0082 DateTime; nothing where it is none. What is too far away for a TimePoint is
/// its minimum or maximum.
std::optional<TimePoint> parse_timestamp(std::string_view text);

}  // namespace parley::server::muc
