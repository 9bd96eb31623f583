#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "sfu/bandwidth_estimator.hpp"
#include "sfu/layer_allocation.hpp"
#include "sfu/media_context.hpp"
#include "sfu/negotiation.hpp"
#include "sfu/outbound_stream.hpp"
#include "sfu/publication.hpp"

namespace parley::sfu {

/// What a receiver wants of one content.
struct MediaWish {
    bool wanted = true;
    uint16_t height_max = 0;  ///< pixels; 0: any
    bool pinned = false;
    uint8_t priority = 0;  ///< the higher ones have all they want before the lower have more
};

/// Told of the source and the kind of media.
using MediaWishes = std::function<MediaWish(const ParticipantId&, MediaKind)>;

/// The outbound half of a session: others' media on its way to one receiver. Loop thread only.
class Delivery {
  public:
    /// Both outlive the delivery.
    Delivery(const MediaContext& context, Session& session);
    ~Delivery();

    /// What of the publication was not offered yet, in the numbers of the session's transport.
    /// `content_name` makes a name from the source's own. The publication outlives what is offered
    /// of it; see remove.
    std::vector<Content> offer(const ParticipantId& source, const Publication& publication,
                               Numbering& numbering,
                               const std::function<std::string(const std::string&)>& content_name);

    /// The receiver's answer to what was offered: how many contents it takes. Those go out once the
    /// session is connected.
    size_t take(const std::vector<Content>& answered);

    void remove(std::string_view content);
    void remove(const InboundTrack& track);

    /// False: no such content.
    bool set_active(std::string_view content, bool active);

    /// The session is connected: what was taken goes out from now on.
    void attach();

    void set_wishes(const MediaWishes& wishes);

    void on_rtcp(const RtcpPacket& packet);
    /// True: again at the next tick, not only at one of the next.
    bool on_tick(TimePoint now);
    void on_report_due(TimePoint now);
    void say_goodbye();

    std::vector<StreamStatistics> measure(TimePoint now);
    /// bit/s that the path to the receiver carries; nothing where it gets no video, which is what
    /// tells.
    std::optional<uint64_t> bandwidth() const;

  private:
    /// One content that was offered.
    struct OfferedContent {
        ParticipantId source;
        InboundTrack* track;
        Content content;
        std::unique_ptr<OutboundStream> stream;  ///< once taken
        MediaWish wish;
        bool active = true;  ///< not paused by the receiver
        LayerChoice choice{};
        bool going = false;  ///< wanted, and `choice` is what was last chosen for it
        Demand demand{};     ///< as the track knows it

        bool wanted() const { return active && wish.wanted; }
    };

    OutboundStream* find(uint32_t ssrc);
    OfferedContent* find(std::string_view content);
    void attach(OfferedContent& offered);
    void detach(OfferedContent& offered);
    /// After `active` or `wish` may have changed.
    void select(OfferedContent& offered);
    static void set_demand(OfferedContent& offered, const Demand& demand);
    void allocate(TimePoint now);
    void apply(OfferedContent& offered, const LayerChoice& choice);
    void on_nack(const RtcpPacket& packet);
    void on_transport_feedback(const RtcpPacket& packet, TimePoint now);
    void on_picture_loss(uint32_t ssrc);
    void on_payload_feedback(const RtcpPacket& packet);
    void pad(TimePoint now);
    void request_keyframe(OutboundStream& stream);

    const MediaContext& context_;
    Session& session_;
    BandwidthEstimator bandwidth_;
    RetransmissionBudget retransmissions_;
    LayerAllocator allocator_;
    MediaWishes wishes_;
    std::vector<OfferedContent> contents_;
    TimePoint next_allocation_;
};

}  // namespace parley::sfu
