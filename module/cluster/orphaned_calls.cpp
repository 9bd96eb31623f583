#include "module/cluster/orphaned_calls.hpp"

namespace parley::module {

void OrphanedCalls::remember(CallRecord record, TimePoint now) {
    forget_old(now);
    order_.emplace_back(now, record.room);
    rooms_[record.room].push_back(std::move(record));
    if (order_.size() > orphaned_calls_remembered_max) forget_oldest();
}

std::vector<CallRecord> OrphanedCalls::calls_of(const RoomJid& room, TimePoint now) {
    forget_old(now);
    const auto found = rooms_.find(room);
    if (found == rooms_.end()) return {};
    return {found->second.begin(), found->second.end()};
}

void OrphanedCalls::forget_old(TimePoint now) {
    while (!order_.empty() && order_.front().first + orphaned_call_memory <= now)
        forget_oldest();
}

/// A room's calls are in order of time, too.
void OrphanedCalls::forget_oldest() {
    const auto room = rooms_.find(order_.front().second);
    order_.pop_front();
    room->second.pop_front();
    if (room->second.empty()) rooms_.erase(room);
}

}  // namespace parley::module
