#include "sfu/retransmission_cache.hpp"

#include <algorithm>

namespace parley::sfu {

void RetransmissionCache::store(const Sent& sent) {
    entries_[sent.position.sequence % kCapacity] = {
        .sent = sent, .resends = 0, .used = true, .resent = {}};
}

const RetransmissionCache::Sent* RetransmissionCache::find(uint16_t sequence) const {
    const Entry& entry = entries_[sequence % kCapacity];
    const bool known = entry.used && entry.sent.position.sequence == sequence;
    return known ? &entry.sent : nullptr;
}

const RetransmissionCache::Sent* RetransmissionCache::take(uint16_t sequence, TimePoint now,
                                                           Clock::duration interval) {
    Entry& entry = entries_[sequence % kCapacity];
    if (find(sequence) == nullptr || entry.resends >= kResendsMax) return nullptr;
    const auto interval_min = std::max<Clock::duration>(interval, kResendIntervalMin);
    if (entry.resends > 0 && now - entry.resent < interval_min) return nullptr;
    ++entry.resends;
    entry.resent = now;
    return &entry.sent;
}

}  // namespace parley::sfu
