#include "sfu/send_history.hpp"

namespace parley::sfu {

static_assert((SendHistory::kCapacity & (SendHistory::kCapacity - 1)) == 0);
static_assert(SendHistory::kCapacity <= 32'768);

SentPacket* SendHistory::find(uint16_t sequence) {
    const auto age = static_cast<uint16_t>(static_cast<uint16_t>(next_) - sequence);
    if (age == 0 || age > kCapacity || age > next_) return nullptr;
    return &packets_[(next_ - age) % kCapacity];
}

}  // namespace parley::sfu
