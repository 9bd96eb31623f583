#pragma once

#include <memory>
#include <vector>

#include "sfu/outbound_stream.hpp"
#include "sfu/publish_session.hpp"
#include "sfu/session.hpp"

namespace parley::sfu {

/// One participant's media on its way to another. Loop thread only.
class SubscribeSession final : public Session {
  public:
    /// `source` outlives the session.
    SubscribeSession(MediaContext context, SessionId id, ParticipantId receiver,
                     PublishSession& source, OnFailure on_failure);
    ~SubscribeSession() override;

    void offer();
    void answer(const SessionDescription& answer);

    const PublishSession& source() const { return source_; }

  private:
    void on_srtp(std::span<uint8_t> packet) override;
    void on_connected() override;
    void on_rtcp(const RtcpPacket& packet) override;

    void on_tick(TimePoint) override {}

    void on_report_due(TimePoint now) override;
    void say_goodbye() override;
    std::vector<StreamStatistics> measure_streams(TimePoint now) override;

    OutboundStream* find(uint32_t ssrc);
    void on_nack(const RtcpPacket& packet);
    void on_picture_loss(uint32_t ssrc);

    PublishSession& source_;
    std::vector<Content> offered_;
    std::vector<std::unique_ptr<OutboundStream>> streams_;
    bool answered_ = false;
};

}  // namespace parley::sfu
