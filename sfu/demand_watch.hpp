#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "sfu/media_time.hpp"

namespace parley::sfu {

/// What of a content is wanted: by one receiver, or the most that any of them wants.
struct Demand {
    bool wanted = false;
    uint16_t height_max = 0;  ///< pixels; 0: any
    bool operator==(const Demand&) const = default;
};

/// The most that the receivers of one content want, and when its publisher is to be told: of more
/// at once; of less when it has been less for a while, so that nobody who looks away for a moment
/// makes an encoder start anew. A publisher that was told nothing takes it that all is wanted.
/// Pure.
class DemandWatch {
  public:
    static constexpr milliseconds kLess{2'000};

    /// One of the receivers wants something else; one who comes wanted nothing before.
    void change(const Demand& before, const Demand& after);

    /// To be called every tick. What to tell now, if anything.
    std::optional<Demand> poll(TimePoint now);

  private:
    /// Grows with what is wanted.
    using Rank = uint32_t;
    static constexpr Rank kNothing = 0;
    static constexpr Rank kAny = UINT16_MAX + 1;

    static Rank rank(const Demand& demand);

    Rank most() const { return receivers_.empty() ? kNothing : receivers_.rbegin()->first; }

    std::map<Rank, size_t> receivers_;  ///< how many want it; those who want nothing are left out
    Rank told_ = kAny;
    Rank most_lately_ = kNothing;  ///< since it is less than told
    std::optional<TimePoint> less_since_;
};

}  // namespace parley::sfu
