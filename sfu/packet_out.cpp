#include "sfu/packet_out.hpp"

#include "sfu/media_transport.hpp"

namespace parley::sfu {

std::span<uint8_t> PacketOut::reserve() {
    if (count_ == kBatchMax) flush();
    return slots_[count_];
}

void PacketOut::commit(MediaTransport& transport, size_t size) {
    pending_[count_++] = {.transport = &transport, .size = size};
}

void PacketOut::flush() {
    for (size_t i = 0; i < count_; ++i) {
        pending_[i].transport->send({slots_[i].data(), pending_[i].size});
    }
    count_ = 0;
}

}  // namespace parley::sfu
