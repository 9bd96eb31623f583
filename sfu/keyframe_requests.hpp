#pragma once

#include <optional>

#include "sfu/media_time.hpp"

namespace parley::sfu {

/// Merges what many receivers want into few requests to one source (RFC 4585 s6.3.1, RFC 5104
/// s3.5.1).
class KeyframeRequests {
  public:
    explicit KeyframeRequests(milliseconds interval_min) : interval_min_(interval_min) {}

    /// A key frame is wanted: a request follows from `poll`.
    void want() { waiting_ = true; }

    /// True: send a request now.
    bool poll(TimePoint now);

  private:
    milliseconds interval_min_;
    std::optional<TimePoint> sent_;
    bool waiting_ = false;
};

}  // namespace parley::sfu
