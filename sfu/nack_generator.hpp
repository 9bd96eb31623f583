#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sfu/media_time.hpp"
#include "sfu/sequence.hpp"

namespace parley::sfu {

/// Asks one source for the packets that did not arrive (RFC 4585 s6.2.1). Bounded in number, in
/// tries and in time; when too much is missing it gives up and a key frame is wanted instead.
class NackGenerator {
  public:
    static constexpr size_t kMissingMax = 256;  ///< packets
    static constexpr uint8_t kTriesMax = 10;
    static constexpr milliseconds kReorderDelay{10};  ///< before the first request
    static constexpr milliseconds kRetryInterval{80};
    static constexpr milliseconds kAgeMax{1500};

    /// Returns true where the gap is too wide to repair: a key frame is wanted.
    bool on_packet(uint16_t sequence, TimePoint now);

    /// Writes the sequence numbers to ask for now, ascending; returns how many.
    size_t due(TimePoint now, std::span<uint16_t> out);

    size_t missing() const { return count_; }

  private:
    struct Missing {
        uint16_t sequence = 0;
        uint8_t tries = 0;
        TimePoint noticed{};
        TimePoint asked{};
    };

    void remove(uint16_t sequence);

    std::array<Missing, kMissingMax> missing_{};  ///< the first count_, ascending
    size_t count_ = 0;
    bool started_ = false;
    uint16_t highest_ = 0;
};

}  // namespace parley::sfu
