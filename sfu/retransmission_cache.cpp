#include "sfu/retransmission_cache.hpp"

namespace parley::sfu {

void RetransmissionCache::store(uint16_t sequence, uint32_t ring_number) {
    entries_[sequence % kCapacity] = {
        .ring_number = ring_number, .sequence = sequence, .resends = 0, .used = true, .resent = {}};
}

std::optional<uint32_t> RetransmissionCache::take(uint16_t sequence, TimePoint now) {
    Entry& entry = entries_[sequence % kCapacity];
    if (!entry.used || entry.sequence != sequence || entry.resends >= kResendsMax) {
        return std::nullopt;
    }
    if (entry.resends > 0 && now - entry.resent < kResendIntervalMin) return std::nullopt;
    ++entry.resends;
    entry.resent = now;
    return entry.ring_number;
}

}  // namespace parley::sfu
