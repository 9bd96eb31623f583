#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sfu/demand_watch.hpp"
#include "sfu/inbound_stream.hpp"

namespace parley::sfu {

class InboundTrack;
class OutboundStream;

/// Tracks with packets of the present batch. They go to the receivers when the batch has been read,
/// one receiver after another, so that each gets its packets in one piece. Loop thread only.
class ForwardBatch {
  public:
    void add(InboundTrack& track) { tracks_.push_back(&track); }

    void remove(InboundTrack& track) { std::erase(tracks_, &track); }

    void deliver(TimePoint now);

  private:
    std::vector<InboundTrack*> tracks_;  ///< keeps its capacity
};

/// One published content: its encodings, and who receives it: the packet router's table. Loop
/// thread only.
class InboundTrack {
  public:
    /// `batch` outlives the track.
    InboundTrack(PublishedContent content, const InboundLimits& limits, ForwardBatch& batch,
                 TimePoint start);
    ~InboundTrack();
    InboundTrack(const InboundTrack&) = delete;
    InboundTrack& operator=(const InboundTrack&) = delete;

    const PublishedContent& content() const { return content_; }

    const std::string& name() const { return content_.answer.name; }

    MediaKind kind() const { return formats_.kind; }

    const InboundFormats& formats() const { return formats_; }

    /// In the order of the client's description; at least one.
    size_t encoding_count() const { return encodings_.size(); }

    InboundStream& encoding(size_t index) { return *encodings_[index]; }

    const InboundStream& encoding(size_t index) const { return *encodings_[index]; }

    /// The client sends in it, as far as was negotiated.
    bool active() const { return active_; }

    void set_active(bool active) { active_ = active; }

    /// What those who were offered the content want of it.
    DemandWatch& demand() { return demand_; }

    /// Keeps the packet that the encoding has accepted. When the batch ends it is sent to every
    /// receiver, or if not `wanted`, left out at every receiver.
    void commit(size_t encoding, bool wanted, TimePoint now);

    void deliver(TimePoint now);  ///< for ForwardBatch

    void add_receiver(OutboundStream& receiver) { receivers_.push_back(&receiver); }

    void remove_receiver(OutboundStream& receiver) { std::erase(receivers_, &receiver); }

  private:
    struct Pending {
        uint32_t ring_number;
        uint8_t encoding;
        bool wanted;
    };

    PublishedContent content_;
    InboundFormats formats_;
    ForwardBatch& batch_;
    std::vector<std::unique_ptr<InboundStream>> encodings_;
    std::vector<OutboundStream*> receivers_;
    DemandWatch demand_;
    std::array<Pending, 32> pending_{};  ///< fewer than any ring holds
    size_t pending_count_ = 0;
    bool active_;
};

}  // namespace parley::sfu
