#include "sfu/inbound_track.hpp"

#include "sfu/outbound_stream.hpp"

namespace parley::sfu {

void ForwardBatch::deliver(TimePoint now) {
    for (auto* track : tracks_)
        track->deliver(now);
    tracks_.clear();
}

InboundTrack::InboundTrack(PublishedContent content, const InboundLimits& limits,
                           ForwardBatch& batch, TimePoint start)
    : content_(std::move(content)),
      formats_(content_.answer),
      batch_(batch),
      active_(content_.answer.direction == Direction::receive) {
    for (const auto& encoding : content_.encodings) {
        encodings_.push_back(std::make_unique<InboundStream>(formats_, encoding, limits, start));
    }
}

InboundTrack::~InboundTrack() {
    batch_.remove(*this);
}

void InboundTrack::commit(size_t encoding, bool wanted, TimePoint now) {
    const uint32_t number = encodings_[encoding]->ring().commit();
    if (receivers_.empty()) return;
    if (pending_count_ == pending_.size()) deliver(now);
    if (pending_count_ == 0) batch_.add(*this);
    pending_[pending_count_++] = {
        .ring_number = number, .encoding = static_cast<uint8_t>(encoding), .wanted = wanted};
}

void InboundTrack::deliver(TimePoint now) {
    for (auto* receiver : receivers_) {
        for (size_t i = 0; i < pending_count_; ++i) {
            const auto& [number, encoding, wanted] = pending_[i];
            if (wanted) {
                receiver->forward(encoding, number, now);
            } else {
                receiver->leave_out(encoding, number);
            }
        }
    }
    pending_count_ = 0;
}

}  // namespace parley::sfu
