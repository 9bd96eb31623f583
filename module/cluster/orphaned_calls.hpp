#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "module/calls/time.hpp"
#include "module/cluster/call_record.hpp"

namespace parley::module {

/// How long who enters a room is told that the call it may remember has ended with its node, and
/// how many such calls are remembered; beyond that the oldest are forgotten.
inline constexpr std::chrono::hours orphaned_call_memory{1};
inline constexpr size_t orphaned_calls_remembered_max = 4'096;

/// Calls that were lost with their node. Their rooms come to life again on any of the other nodes,
/// with nobody in them, when somebody enters. Pure.
class OrphanedCalls {
  public:
    void remember(CallRecord record, TimePoint now);

    /// Those of the room, in the order in which they were lost.
    std::vector<CallRecord> calls_of(const RoomJid& room, TimePoint now);

  private:
    void forget_old(TimePoint now);
    void forget_oldest();

    std::map<RoomJid, std::deque<CallRecord>> rooms_;
    std::deque<std::pair<TimePoint, RoomJid>> order_;
};

}  // namespace parley::module
