#include "sfu/packet_out.hpp"

#include "sfu/media_transport.hpp"

namespace parley::sfu {

std::span<uint8_t> PacketOut::reserve() {
    if (end_ + kSlotSize > arena_.size()) flush();
    return {arena_.data() + end_, kSlotSize};
}

bool PacketOut::joins(const MediaTransport& transport, size_t size) const {
    return transport_ == &transport && last_size_ == segment_size_ && size <= segment_size_ &&
           count_ < UdpPath::kSegmentsMax && end_ - begin_ + size <= UdpPath::kRunSizeMax;
}

void PacketOut::commit(MediaTransport& transport, size_t size) {
    if (!joins(transport, size)) {
        send_run();
        transport_ = &transport;
        transport_->set_packet_out(this);
        segment_size_ = size;
    }
    last_size_ = size;
    end_ += size;
    ++count_;
}

void PacketOut::flush() {
    send_run();
    begin_ = end_ = 0;
}

void PacketOut::drop(const MediaTransport& transport) {
    if (transport_ != &transport) return;
    transport_ = nullptr;
    begin_ = end_;
    count_ = 0;
}

void PacketOut::send_run() {
    if (transport_ == nullptr) return;
    transport_->set_packet_out(nullptr);
    transport_->send({arena_.data() + begin_, end_ - begin_}, segment_size_);
    transport_ = nullptr;
    begin_ = end_;
    count_ = 0;
}

}  // namespace parley::sfu
