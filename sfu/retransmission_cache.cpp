#include "sfu/retransmission_cache.hpp"

namespace parley::sfu {

void RetransmissionCache::store(const Sent& sent) {
    entries_[sent.position.sequence % kCapacity] = {
        .sent = sent, .resends = 0, .used = true, .resent = {}};
}

const RetransmissionCache::Sent* RetransmissionCache::take(uint16_t sequence, TimePoint now) {
    Entry& entry = entries_[sequence % kCapacity];
    if (!entry.used || entry.sent.position.sequence != sequence || entry.resends >= kResendsMax) {
        return nullptr;
    }
    if (entry.resends > 0 && now - entry.resent < kResendIntervalMin) return nullptr;
    ++entry.resends;
    entry.resent = now;
    return &entry.sent;
}

}  // namespace parley::sfu
