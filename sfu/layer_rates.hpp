#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sfu/frame_marks.hpp"
#include "sfu/media_time.hpp"

namespace parley::sfu {

/// What the temporal layers of one encoding cost, measured over the latest second. Pure.
class LayerRates {
  public:
    static constexpr milliseconds kInterval{250};
    static constexpr size_t kIntervals = 4;

    explicit LayerRates(TimePoint start) : interval_start_(start) {}

    /// On the packet path. `bytes`: RTP payload and header.
    void on_packet(uint8_t temporal_layer, size_t bytes) {
        bytes_[std::min<size_t>(temporal_layer, kTemporalLayersMax - 1)] +=
            static_cast<uint32_t>(bytes);
    }

    /// To be called every tick.
    void tick(TimePoint now) {
        if (now - interval_start_ < kInterval) return;
        const auto ms = std::chrono::duration_cast<milliseconds>(now - interval_start_).count();
        for (size_t i = 0; i < kTemporalLayersMax; ++i) {
            history_[newest_][i] =
                static_cast<uint32_t>(bytes_[i] * uint64_t{8'000} / static_cast<uint64_t>(ms));
        }
        newest_ = (newest_ + 1) % kIntervals;
        count_ = std::min(count_ + 1, kIntervals);
        age_ = bits_per_second(kTemporalLayersMax - 1) == 0 ? 0 : std::min(age_ + 1, kIntervals);
        bytes_.fill(0);
        interval_start_ = now;
    }

    /// bit/s of the layer and those below it; 0 before the first interval.
    uint64_t bits_per_second(uint8_t up_to_layer) const {
        if (count_ == 0) return 0;
        uint64_t sum = 0;
        for (size_t i = 0; i < count_; ++i) {
            for (size_t layer = 0; layer <= up_to_layer && layer < kTemporalLayersMax; ++layer)
                sum += history_[i][layer];
        }
        return sum / count_;
    }

    /// The highest layer that packets of came in the latest second.
    uint8_t highest_layer() const {
        uint8_t highest = 0;
        for (size_t i = 0; i < count_; ++i) {
            for (uint8_t layer = highest; layer < kTemporalLayersMax; ++layer)
                if (history_[i][layer] != 0) highest = layer;
        }
        return highest;
    }

    /// Whether packets come, and have for as long as is measured over: until then the rates are too
    /// low.
    bool alive() const { return age_ == kIntervals; }

  private:
    TimePoint interval_start_;
    std::array<uint32_t, kTemporalLayersMax> bytes_{};
    std::array<std::array<uint32_t, kTemporalLayersMax>, kIntervals> history_{};  ///< bit/s
    size_t newest_ = 0;
    size_t count_ = 0;
    size_t age_ = 0;  ///< intervals since packets began to come
};

}  // namespace parley::sfu
