#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace parley::server {

/// So many units per second, and so many at once. Time is an argument.
class TokenBucket {
  public:
    using Time = std::chrono::steady_clock::time_point;

    TokenBucket(size_t per_second, size_t burst, Time now)
        : per_second_(static_cast<double>(per_second)),
          burst_(static_cast<double>(burst)),
          level_(burst_),
          last_(now) {}

    /// Takes `count`; false: there are not as many, and none are taken.
    bool take(size_t count, Time now) {
        const std::chrono::duration<double> passed = now - last_;
        last_ = std::max(last_, now);
        level_ = std::min(burst_, level_ + std::max(0.0, passed.count()) * per_second_);
        if (level_ < static_cast<double>(count)) return false;
        level_ -= static_cast<double>(count);
        return true;
    }

  private:
    double per_second_;
    double burst_;
    double level_;
    Time last_;
};

}  // namespace parley::server
