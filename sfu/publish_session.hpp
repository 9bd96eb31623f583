#pragma once

#include <memory>
#include <vector>

#include "sfu/bandwidth_estimate.hpp"
#include "sfu/inbound_stream.hpp"
#include "sfu/negotiation.hpp"
#include "sfu/session.hpp"

namespace parley::sfu {

/// A participant's media on its way in. Loop thread only.
class PublishSession final : public Session {
  public:
    PublishSession(MediaContext context, SessionId id, ParticipantId participant,
                   std::vector<PublishedContent> contents, OnFailure on_failure);

    /// Answers the offer whose media the contents are.
    void answer(const Transport& remote);

    const std::vector<PublishedContent>& contents() const { return contents_; }

    /// In the order of the contents.
    InboundStream& stream(size_t content) { return *streams_[content]; }

    /// A receiver needs a key frame of the stream (RFC 4585 s6.3.1).
    void request_keyframe(InboundStream& stream, TimePoint now);

  private:
    void on_srtp(std::span<uint8_t> packet) override;
    void on_connected() override;
    void on_rtcp(const RtcpPacket& packet) override;
    void on_tick(TimePoint now) override;
    void on_report_due(TimePoint now) override;
    std::vector<StreamStatistics> measure_streams(TimePoint now) override;

    struct Match {
        InboundStream* stream = nullptr;
        bool retransmitted = false;
    };

    Match find(uint32_t ssrc);
    Match find_unknown(std::span<const uint8_t> packet);
    void send_nacks(InboundStream& stream, TimePoint now);
    void poll_keyframe(InboundStream& stream, TimePoint now);
    RtcpWriter feedback() const;

    std::vector<PublishedContent> contents_;
    std::vector<std::unique_ptr<InboundStream>> streams_;
    BandwidthEstimate bandwidth_;
    uint32_t local_ssrc_;
    uint8_t mid_extension_ = 0;
    bool remb_ = false;
};

}  // namespace parley::sfu
