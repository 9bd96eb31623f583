#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "sfu/bandwidth_estimate.hpp"
#include "sfu/inbound_track.hpp"
#include "sfu/media_context.hpp"
#include "sfu/rtp_demuxer.hpp"
#include "sfu/transport_feedback.hpp"

namespace parley::sfu {

class Session;

/// The inbound half of a session: a participant's media on its way in, and what the participant is
/// told about it. Loop thread only.
class Publication {
  public:
    /// Both outlive the publication.
    Publication(const MediaContext& context, Session& session);

    /// Contents that were negotiated.
    void add(std::vector<PublishedContent> contents);

    /// Nobody receives the content any more.
    void remove(const InboundTrack& track);

    const std::vector<std::unique_ptr<InboundTrack>>& tracks() const { return tracks_; }

    /// nullptr: no such content.
    InboundTrack* find(std::string_view name) const;

    /// Still protected; the bytes may be written to.
    void on_srtp(std::span<uint8_t> packet);
    void on_rtcp(const RtcpPacket& packet);
    void on_tick(TimePoint now);
    /// Every tick, connected or not.
    void tell_demand(TimePoint now);
    void on_report_due(TimePoint now);

    std::vector<StreamStatistics> measure(TimePoint now);

  private:
    /// Whether a packet of the stream may be forwarded. On the packet path.
    bool police(InboundStream& stream, MediaKind kind, size_t bytes, TimePoint now);
    void tell_exceeded();
    void send_nacks(const InboundTrack& track, InboundStream& stream, TimePoint now);
    void send_keyframe_request(const InboundTrack& track, InboundStream& stream, TimePoint now);
    void send_transport_feedback(TimePoint now);
    /// Where the publisher does not estimate the bandwidth itself, it is told one.
    void put_estimate(RtcpWriter& writer, uint8_t worst_loss,
                      std::span<const uint32_t> video_ssrcs);
    /// What feedback on the content stands behind; nullptr: it is not known which.
    RtcpWriter feedback(const InboundTrack* track) const;

    const MediaContext& context_;
    Session& session_;
    ExtensionIds extensions_;
    std::vector<std::unique_ptr<InboundTrack>> tracks_;
    RtpDemuxer demuxer_;
    TransportFeedbackGenerator transport_feedback_;
    BandwidthEstimate bandwidth_;
    RatePolicer policer_;             ///< of all streams together
    std::array<bool, 3> exceeded_{};  ///< by RateExceeded::Limit
    std::array<bool, 3> told_exceeded_{};
    uint32_t local_ssrc_;
    uint32_t latest_ssrc_ = 0;  ///< of the latest packet with a transport-wide number
    bool remb_ = false;
};

}  // namespace parley::sfu
