#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sfu/audio_level.hpp"
#include "sfu/media_time.hpp"

namespace parley::sfu {

/// Finds the dominant speaker of a conference, as Volfin and Cohen (2013) do: by speech over a
/// longer and a shorter time, so that neither a cough nor a short pause changes anything. In place
/// of their probabilities it counts: time goes in ticks, and a participant speaks in a tick if most
/// of its packets are well above the noise they come with.
class SpeakerDetection {
  public:
    static constexpr size_t kParticipantsMax = 256;  ///< those behind are not heard
    static constexpr milliseconds kTick{100};

    void add(size_t participant);
    void remove(size_t participant);

    /// A packet of audio.
    void on_level(size_t participant, AudioLevel level);

    /// To be called every kTick or so. True: `dominant` has changed since it was called last.
    bool poll(TimePoint now);

    /// The last to speak for a while; nothing where nobody has, or who did has left.
    std::optional<size_t> dominant() const { return dominant_; }

    /// All participants, the latest to be dominant first; those who never were as they were added.
    std::span<const uint16_t> by_recency() const { return {order_.data(), count_}; }

  private:
    struct Participant {
        bool present = false;
        uint16_t packets = 0;  ///< of this tick
        uint16_t loud = 0;     ///< of these, above the noise
        int quietest = AudioLevel::kSilence;
        int loudest = 0;
        int noise = -1;       ///< loudness, in halves of a dB; -1: not known
        int loudness = 0;     ///< of the speech, in quarters of a dB
        uint32_t spoken = 0;  ///< a bit for each tick, the latest lowest

        /// In how many of the latest ticks.
        int ticks_spoken(unsigned ticks) const {
            return std::popcount(spoken & ((1U << ticks) - 1));
        }

        void end_ticks(int ticks);
    };

    bool takes_over(const Participant& challenger) const;
    void make_dominant(size_t participant);

    std::array<Participant, kParticipantsMax> participants_{};
    std::array<uint16_t, kParticipantsMax> order_{};
    size_t count_ = 0;
    std::optional<size_t> dominant_;
    std::optional<size_t> told_;  ///< by `poll`
    std::optional<TimePoint> tick_begin_;
};

}  // namespace parley::sfu
