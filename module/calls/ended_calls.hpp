#pragma once

#include <deque>
#include <set>
#include <utility>

#include "module/calls/limits.hpp"
#include "module/calls/names.hpp"
#include "module/calls/time.hpp"

namespace parley::module {

/// The ids of calls that ended: they never live again for as long as they are remembered
/// (ended_call_memory, at most ended_calls_remembered_max of them).
class EndedCalls {
  public:
    void remember(const CallId& id, TimePoint now) {
        forget_old(now);
        if (!ids_.insert(id).second) return;
        order_.emplace_back(now, id);
        if (order_.size() > ended_calls_remembered_max) forget_oldest();
    }

    bool contains(const CallId& id) const { return ids_.contains(id); }

    void forget_old(TimePoint now) {
        while (!order_.empty() && order_.front().first + ended_call_memory <= now)
            forget_oldest();
    }

    size_t size() const { return ids_.size(); }

  private:
    void forget_oldest() {
        ids_.erase(order_.front().second);
        order_.pop_front();
    }

    std::deque<std::pair<TimePoint, CallId>> order_;
    std::set<CallId> ids_;
};

}  // namespace parley::module
