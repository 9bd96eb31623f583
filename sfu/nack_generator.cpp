#include "sfu/nack_generator.hpp"

#include <algorithm>

namespace parley::sfu {

bool NackGenerator::on_packet(uint16_t sequence, TimePoint now) {
    if (!started_) {
        started_ = true;
        highest_ = sequence;
        return false;
    }
    const int16_t ahead = sequence_distance(highest_, sequence);
    if (ahead <= 0) {
        remove(sequence);
        return false;
    }
    const size_t gap = static_cast<size_t>(ahead) - 1;
    const auto first = static_cast<uint16_t>(highest_ + 1);
    highest_ = sequence;
    if (gap == 0) return false;
    if (count_ + gap > kMissingMax) {
        count_ = 0;
        return true;
    }
    for (size_t i = 0; i < gap; ++i) {
        missing_[count_++] = {
            .sequence = static_cast<uint16_t>(first + i), .tries = 0, .noticed = now, .asked = {}};
    }
    return false;
}

void NackGenerator::remove(uint16_t sequence) {
    const auto end = missing_.begin() + static_cast<ptrdiff_t>(count_);
    const auto found = std::find_if(missing_.begin(), end,
                                    [&](const Missing& m) { return m.sequence == sequence; });
    if (found == end) return;
    std::move(found + 1, end, found);
    --count_;
}

size_t NackGenerator::due(TimePoint now, std::span<uint16_t> out) {
    const auto end = missing_.begin() + static_cast<ptrdiff_t>(count_);
    const auto kept = std::remove_if(missing_.begin(), end, [&](const Missing& m) {
        return m.tries >= kTriesMax || now - m.noticed > kAgeMax;
    });
    count_ = static_cast<size_t>(kept - missing_.begin());

    size_t written = 0;
    for (size_t i = 0; i < count_ && written < out.size(); ++i) {
        Missing& m = missing_[i];
        const bool ready =
            m.tries == 0 ? now - m.noticed >= kReorderDelay : now - m.asked >= kRetryInterval;
        if (!ready) continue;
        ++m.tries;
        m.asked = now;
        out[written++] = m.sequence;
    }
    return written;
}

}  // namespace parley::sfu
