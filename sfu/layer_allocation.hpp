#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sfu/media_time.hpp"

/// Which encodings and temporal layers one receiver gets of its video streams. Pure.
namespace parley::sfu {

/// One simulcast encoding, as its source sends it now.
struct EncodingRate {
    static constexpr size_t kLayersMax = 4;

    bool alive = false;  ///< packets come, and for as long as rates are measured over
    /// bit/s of each temporal layer with those below it; 0: there is none, or none was measured.
    std::array<uint32_t, kLayersMax> bits_per_second{};
    uint16_t height = 0;  ///< 0: unknown
};

struct LayerChoice {
    bool paused = true;
    uint8_t encoding = 0;
    uint8_t temporal_layer = 0;
    bool operator==(const LayerChoice&) const = default;
};

/// One stream, and what the receiver wishes of it.
struct StreamDemand {
    static constexpr size_t kEncodingsMax = 4;

    std::array<EncodingRate, kEncodingsMax> encodings{};  ///< the lowest first
    uint16_t height_max = 0;  ///< 0: any; the lowest encoding is taken though it be higher
    bool pinned = false;      ///< its lowest layer is sent whatever the estimate
    uint8_t priority = 0;     ///< the higher ones have all they want before the lower have more
    LayerChoice present;      ///< what was last chosen
};

/// Divides a receiver's bandwidth: the lowest layer to every stream, in order of priority; then in
/// rounds the next better to each. Fewer layers at once; more where the estimate has a margin over
/// their cost for a while, and later each time that proved too much.
class LayerAllocator {
  public:
    static constexpr size_t kStreamsMax = 64;  ///< those behind are paused
    static constexpr uint64_t kMarginPercent = 115;
    static constexpr milliseconds kSustained{1'000};
    static constexpr milliseconds kSettled{10'000};  ///< after which an upgrade was no mistake
    static constexpr milliseconds kBackOffMin{5'000};
    static constexpr milliseconds kBackOffMax{80'000};

    /// All in bit/s.
    struct Totals {
        uint64_t chosen = 0;
        uint64_t wanted = 0;  ///< for all that the streams have and the receiver wishes
        uint64_t next = 0;    ///< an estimate that would improve something; 0: none, or not now
    };

    /// To be called every 100 to 500 ms, and where streams, wishes or the estimate change.
    /// `estimate` in bit/s, without what other media need. `probed`: it was confirmed by sending as
    /// much. Writes one choice for each stream.
    Totals allocate(std::span<const StreamDemand> streams, uint64_t estimate, bool probed,
                    TimePoint now, std::span<LayerChoice> choices);

  private:
    class Ladders;
    using Steps = std::array<int8_t, kStreamsMax>;

    uint64_t budget_for_more(uint64_t estimate, TimePoint now) const;
    void settle(uint64_t sent, TimePoint now);
    void on_too_much(uint64_t sent, TimePoint now);
    bool sustained(bool probed, TimePoint now);

    std::optional<TimePoint> more_since_;  ///< the estimate has a margin for more
    std::optional<TimePoint> last_upgrade_;
    milliseconds back_off_{0};
    TimePoint held_until_{};
    uint64_t failed_ = 0;  ///< bit/s that proved too much; less is tried until then
};

}  // namespace parley::sfu
