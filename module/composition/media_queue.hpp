#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "module/focus/media_port.hpp"

namespace parley::module {

/// Media events on their way from media threads to host context. Any thread.
class MediaQueue {
  public:
    /// True where the queue was empty: the taker has to be woken.
    bool push(MediaEvent event) {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
        return events_.size() == 1;
    }

    /// At most `count_max` events, in order, so that one call keeps to its time budget.
    std::vector<MediaEvent> take(size_t count_max) {
        const std::lock_guard lock(mutex_);
        if (events_.size() <= count_max) return std::exchange(events_, {});
        const auto end = events_.begin() + static_cast<std::ptrdiff_t>(count_max);
        std::vector<MediaEvent> taken(std::make_move_iterator(events_.begin()),
                                      std::make_move_iterator(end));
        events_.erase(events_.begin(), end);
        return taken;
    }

    bool empty() const {
        const std::lock_guard lock(mutex_);
        return events_.empty();
    }

  private:
    mutable std::mutex mutex_;
    std::vector<MediaEvent> events_;
};

}  // namespace parley::module
