#include "sfu/loudest_choice.hpp"

#include <algorithm>

namespace parley::sfu {

namespace {

constexpr int kUnits = 16;        // of a dB
constexpr int kFall = 4;          // dB/s, so that a pause of kHold is no reason to go
constexpr int kRiseFraction = 4;  // of the difference, each packet

}  // namespace

LoudestChoice::LoudestChoice(size_t places) : places_(std::clamp<size_t>(places, 1, kPlacesMax)) {
    holders_.fill(kNobody);
}

void LoudestChoice::update(Participant& speaker, AudioLevel level, TimePoint now) const {
    const auto elapsed =
        std::clamp<Clock::duration>(now - speaker.updated, milliseconds(0), milliseconds(10'000));
    const auto elapsed_ms =
        static_cast<int>(std::chrono::duration_cast<milliseconds>(elapsed).count());
    const int fallen = std::max(0, speaker.loudness - kFall * kUnits * elapsed_ms / 1'000);
    const int loudness = level.loudness() * kUnits;
    speaker.loudness = loudness > fallen ? fallen + (loudness - fallen) / kRiseFraction : fallen;
    speaker.updated = now;
    if (level.audible()) speaker.held_until = now + kHold;
}

size_t LoudestChoice::weakest(TimePoint now) const {
    size_t found = 0;
    for (size_t place = 0; place < places_; ++place) {
        if (holders_[place] == kNobody) return place;
        const auto& holder = participants_[holders_[place]];
        const auto& least = participants_[holders_[found]];
        const auto rank = [&](const Participant& each) {
            return std::pair(now < each.held_until, each.loudness);
        };
        if (rank(holder) < rank(least)) found = place;
    }
    return found;
}

bool LoudestChoice::on_packet(size_t participant, AudioLevel level, TimePoint now) {
    if (participant >= kParticipantsMax) return false;
    auto& speaker = participants_[participant];
    update(speaker, level, now);
    const auto end = holders_.begin() + static_cast<ptrdiff_t>(places_);
    if (std::find(holders_.begin(), end, participant) != end) return true;

    const size_t place = weakest(now);
    if (holders_[place] != kNobody) {
        const auto& holder = participants_[holders_[place]];
        if (!level.audible()) return false;
        const bool much_louder = speaker.loudness >= holder.loudness + kMuchLouder * kUnits;
        if (now < holder.held_until && !much_louder) return false;
    }
    holders_[place] = static_cast<uint16_t>(participant);
    return true;
}

void LoudestChoice::remove(size_t participant) {
    if (participant >= kParticipantsMax) return;
    std::replace(holders_.begin(), holders_.end(), static_cast<uint16_t>(participant), kNobody);
    participants_[participant] = {};
}

}  // namespace parley::sfu
