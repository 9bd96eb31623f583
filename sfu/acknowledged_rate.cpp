#include "sfu/acknowledged_rate.hpp"

#include <algorithm>
#include <utility>

namespace parley::sfu {

void AcknowledgedRate::on_packet(TimePoint sent, microseconds arrival, size_t bytes) {
    // The receiver's clock went back: what arrived before it did compares with nothing.
    if (count_ > 0 && at(count_ - 1).arrival - arrival > kTimeMax) count_ = 0;
    if (count_ == kPacketsMax) {
        first_ = (first_ + 1) % kPacketsMax;
        --count_;
    }
    at(count_++) = {.sent = sent, .arrival = arrival, .bytes = bytes};
    for (size_t i = count_ - 1; i > 0 && at(i).arrival < at(i - 1).arrival; --i)
        std::swap(at(i), at(i - 1));
    while (count_ > 1) {
        const auto time = at(count_ - 1).arrival - at(0).arrival;
        if (time <= kTime || (count_ <= kPacketsMin && time <= kTimeMax)) break;
        first_ = (first_ + 1) % kPacketsMax;
        --count_;
    }
}

std::optional<BitsPerSecond> AcknowledgedRate::bits_per_second() const {
    if (count_ < kPacketsMin) return std::nullopt;
    size_t bytes = 0;
    size_t last_sent = 0;
    TimePoint first_sent = at(0).sent;
    microseconds widest_gap{};
    microseconds second_gap{};
    for (size_t i = 0; i < count_; ++i) {
        bytes += at(i).bytes;
        if (at(i).sent > at(last_sent).sent) last_sent = i;
        first_sent = std::min(first_sent, at(i).sent);
        if (i == 0) continue;
        const auto gap = at(i).arrival - at(i - 1).arrival;
        if (gap > widest_gap)
            second_gap = std::exchange(widest_gap, gap);
        else
            second_gap = std::max(second_gap, gap);
    }
    // The widest gap counts as the second: it may be a pause of the network. What that makes too
    // much is cut by the rate of sending. Between n packets are n - 1 intervals: the first to
    // arrive, and the last to be sent, are in none.
    const auto arrival_time = at(count_ - 1).arrival - at(0).arrival - widest_gap + second_gap;
    return std::min(rate_of(bytes - at(0).bytes, arrival_time),
                    rate_of(bytes - at(last_sent).bytes, at(last_sent).sent - first_sent));
}

}  // namespace parley::sfu
