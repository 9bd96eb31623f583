#pragma once

#include <chrono>
#include <string>

namespace parley::module {

using TimePoint = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// The moment of an event, told by whoever owns the clocks: `steady` decides, `wall` is for people.
struct Now {
    TimePoint steady;
    WallTime wall;
};

/// XEP-0082: "2026-11-23T08:32:23Z", in UTC.
std::string to_xmpp_datetime(WallTime time);

}  // namespace parley::module
