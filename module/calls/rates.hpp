#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>

#include "module/calls/time.hpp"

namespace parley::module {

/// Token buckets by key: each key may spend `per_minute` at once, and gets that many back in a
/// minute. A key that has not spent lately costs no memory.
template <class Key>
class RateLimiter {
  public:
    explicit RateLimiter(uint32_t per_minute) : per_minute_(per_minute) {}

    /// Spends one token of `key`; false where there is none.
    bool take(const Key& key, TimePoint now) {
        if (buckets_.size() >= sweep_at_) sweep(now);
        auto [bucket, _] = buckets_.try_emplace(key, Bucket{static_cast<double>(per_minute_), now});
        const double tokens = tokens_at(bucket->second, now);
        if (tokens < 1.0) return false;
        bucket->second = {tokens - 1.0, now};
        return true;
    }

    void set_rate(uint32_t per_minute) { per_minute_ = per_minute; }

    size_t size() const { return buckets_.size(); }

  private:
    static constexpr size_t sweep_at_min = 1024;

    struct Bucket {
        double tokens;
        TimePoint at;
    };

    double tokens_at(const Bucket& bucket, TimePoint now) const {
        const std::chrono::duration<double> since = now - bucket.at;
        const double earned = since.count() * per_minute_ / 60.0;
        return std::min(static_cast<double>(per_minute_), bucket.tokens + earned);
    }

    /// A full bucket is as good as none.
    void sweep(TimePoint now) {
        std::erase_if(buckets_, [&](const auto& entry) {
            return tokens_at(entry.second, now) >= per_minute_;
        });
        sweep_at_ = std::max(sweep_at_min, buckets_.size() * 2);
    }

    uint32_t per_minute_;
    size_t sweep_at_ = sweep_at_min;
    std::map<Key, Bucket> buckets_;
};

}  // namespace parley::module
