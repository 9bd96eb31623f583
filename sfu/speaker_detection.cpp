#include "sfu/speaker_detection.hpp"

#include <algorithm>

namespace parley::sfu {

namespace {

constexpr int kTicksKept = 32;
constexpr int kAboveNoise = 10;  // dB
constexpr int kNoiseUnits = 2;   // of a dB; the noise rises by one each tick, and falls at once
constexpr int kLoudnessUnits = 4;
constexpr int kMuchLouder = 6;  // dB

// Of the last 0.8 s, so much was speech.
constexpr unsigned kShort = 8;  // ticks
constexpr int kSpeaks = 6;
constexpr int kSpeaksIntoSilence = 4;  // while nobody is dominant
// Who is dominant yields after 0.5 s of silence,
constexpr unsigned kPause = 6;
constexpr int kPauseSpoken = 1;
// or to one who is much louder for 2 s.
constexpr unsigned kLong = 20;
constexpr int kSpeaksOver = 15;

}  // namespace

void SpeakerDetection::add(size_t participant) {
    if (participant >= kParticipantsMax || participants_[participant].present) return;
    participants_[participant] = {};
    participants_[participant].present = true;
    order_[count_++] = static_cast<uint16_t>(participant);
}

void SpeakerDetection::remove(size_t participant) {
    if (participant >= kParticipantsMax || !participants_[participant].present) return;
    participants_[participant].present = false;
    const auto end = order_.begin() + static_cast<ptrdiff_t>(count_--);
    std::remove(order_.begin(), end, static_cast<uint16_t>(participant));
    if (dominant_ == participant) dominant_.reset();
}

void SpeakerDetection::on_level(size_t participant, AudioLevel level) {
    if (participant >= kParticipantsMax || !participants_[participant].present) return;
    auto& speaker = participants_[participant];
    if (speaker.packets == UINT16_MAX) return;
    ++speaker.packets;
    const int loudness = level.loudness();
    speaker.quietest = std::min(speaker.quietest, loudness);
    speaker.loudest = std::max(speaker.loudest, loudness);
    const bool known = speaker.noise >= 0;
    if (known && level.audible() && loudness >= speaker.noise / kNoiseUnits + kAboveNoise) {
        ++speaker.loud;
    }
}

void SpeakerDetection::Participant::end_ticks(int ticks) {
    const bool speaks = packets > 0 && loud * 2 > packets;
    for (int i = 0; i < ticks; ++i)
        spoken = (spoken << 1) | (speaks ? 1U : 0U);
    if (speaks) loudness += loudest - loudness / kLoudnessUnits;
    if (packets > 0) {
        const int now = quietest * kNoiseUnits;
        noise = noise < 0 ? now : std::min(noise + ticks, now);
    }
    packets = loud = 0;
    quietest = AudioLevel::kSilence;
    loudest = 0;
}

bool SpeakerDetection::poll(TimePoint now) {
    if (!tick_begin_) tick_begin_ = now;
    const auto ticks = (now - *tick_begin_) / kTick;
    if (ticks <= 0) return false;
    *tick_begin_ += ticks * kTick;
    for (const uint16_t each : by_recency())
        participants_[each].end_ticks(static_cast<int>(std::min<int64_t>(ticks, kTicksKept)));

    const auto rank = [&](size_t participant) {
        const auto& speaker = participants_[participant];
        return std::pair(speaker.ticks_spoken(kLong), speaker.loudness);
    };
    std::optional<size_t> best;
    for (const uint16_t each : by_recency()) {
        if (each == dominant_ || !takes_over(participants_[each])) continue;
        if (!best || rank(each) > rank(*best)) best = each;
    }
    if (best) make_dominant(*best);
    const bool changed = dominant_ != told_;
    told_ = dominant_;
    return changed;
}

bool SpeakerDetection::takes_over(const Participant& challenger) const {
    const int spoken = challenger.ticks_spoken(kShort);
    if (!dominant_) return spoken >= kSpeaksIntoSilence;
    if (spoken < kSpeaks) return false;
    const auto& dominant = participants_[*dominant_];
    if (dominant.ticks_spoken(kPause) <= kPauseSpoken) return true;
    return challenger.ticks_spoken(kLong) >= kSpeaksOver &&
           challenger.loudness >= dominant.loudness + kMuchLouder * kLoudnessUnits;
}

void SpeakerDetection::make_dominant(size_t participant) {
    dominant_ = participant;
    const auto begin = order_.begin();
    const auto place = std::find(begin, begin + static_cast<ptrdiff_t>(count_),
                                 static_cast<uint16_t>(participant));
    std::rotate(begin, place, place + 1);
}

}  // namespace parley::sfu
