#include "sfu/keyframe_requests.hpp"

namespace parley::sfu {

bool KeyframeRequests::poll(TimePoint now) {
    if (!waiting_ || (sent_ && now - *sent_ < interval_min_)) return false;
    waiting_ = false;
    sent_ = now;
    return true;
}

}  // namespace parley::sfu
