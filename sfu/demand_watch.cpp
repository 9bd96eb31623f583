#include "sfu/demand_watch.hpp"

#include <algorithm>

namespace parley::sfu {

DemandWatch::Rank DemandWatch::rank(const Demand& demand) {
    if (!demand.wanted) return kNothing;
    return demand.height_max == 0 ? kAny : demand.height_max;
}

void DemandWatch::change(const Demand& before, const Demand& after) {
    if (before == after) return;
    if (after.wanted) ++receivers_[rank(after)];
    const auto was = before.wanted ? receivers_.find(rank(before)) : receivers_.end();
    if (was != receivers_.end() && --was->second == 0) receivers_.erase(was);
}

std::optional<Demand> DemandWatch::poll(TimePoint now) {
    const Rank present = most();
    if (present == told_) {
        less_since_.reset();
        return std::nullopt;
    }
    Rank due = present;
    if (present < told_) {
        if (!less_since_) {
            less_since_ = now;
            most_lately_ = present;
        }
        most_lately_ = std::max(most_lately_, present);
        if (now - *less_since_ < kLess) return std::nullopt;
        due = most_lately_;
    }
    told_ = due;
    less_since_.reset();
    return Demand{.wanted = due != kNothing,
                  .height_max = due == kAny ? uint16_t{0} : static_cast<uint16_t>(due)};
}

}  // namespace parley::sfu
