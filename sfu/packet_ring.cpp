#include "sfu/packet_ring.hpp"

#include <bit>
#include <cassert>

namespace parley::sfu {

PacketRing::PacketRing(size_t capacity)
    : slots_(capacity), mask_(static_cast<uint32_t>(capacity - 1)) {
    assert(std::has_single_bit(capacity));
}

}  // namespace parley::sfu
