#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sfu/audio_level.hpp"
#include "sfu/media_time.hpp"

namespace parley::sfu {

/// Whose audio is forwarded in a conference of many: the loudest few. Who begins to speak is heard
/// from the first packet on while there is a place; who has one keeps it for a while after each
/// word. Where all places are taken by speech, one who is much louder takes that of the quietest.
class LoudestChoice {
  public:
    static constexpr size_t kParticipantsMax = 256;  ///< those behind are not heard
    static constexpr size_t kPlacesMax = 16;
    static constexpr milliseconds kHold{1'500};  ///< after the last audible packet
    static constexpr int kMuchLouder = 6;        ///< dB

    /// `places` is at least 1 and at most kPlacesMax.
    explicit LoudestChoice(size_t places);

    /// A packet of audio: whether it is to be forwarded.
    bool on_packet(size_t participant, AudioLevel level, TimePoint now);

    void remove(size_t participant);

  private:
    static constexpr uint16_t kNobody = 0xffff;

    struct Participant {
        int loudness = 0;  ///< of the latest packets, in sixteenths of a dB
        TimePoint updated{};
        TimePoint held_until{};
    };

    void update(Participant& speaker, AudioLevel level, TimePoint now) const;
    /// The place whose holder is the first to go; of those that hold none any more, any.
    size_t weakest(TimePoint now) const;

    std::array<Participant, kParticipantsMax> participants_{};
    std::array<uint16_t, kPlacesMax> holders_{};
    size_t places_;
};

}  // namespace parley::sfu
