#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sfu/keyframe_requests.hpp"
#include "sfu/nack_generator.hpp"
#include "sfu/negotiation.hpp"
#include "sfu/packet_ring.hpp"
#include "sfu/receive_statistics.hpp"
#include "sfu/recent_traffic.hpp"
#include "sfu/sender_clock.hpp"

namespace parley::sfu {

class OutboundStream;

/// One published content's media, and who receives it: the packet router's table. Loop thread only.
class InboundStream {
  public:
    InboundStream(const PublishedContent& content, milliseconds keyframe_interval_min,
                  TimePoint start);

    MediaKind kind() const { return kind_; }

    uint32_t clock_rate() const { return clock_rate_; }

    uint32_t ssrc() const { return ssrc_; }

    uint32_t rtx_ssrc() const { return rtx_ssrc_; }

    const std::string& name() const { return name_; }

    /// Whether a packet with this payload type and an SSRC that nobody told may be this content's.
    bool may_learn(uint8_t payload_type) const;
    void learn(uint8_t payload_type, uint32_t ssrc);

    PacketRing& ring() { return ring_; }

    /// A packet that `ring().next()` holds, its header parsed: keeps it and sends it to every
    /// receiver. Of the RTX stream it is first restored (RFC 4588 s4). False: not acceptable,
    /// dropped.
    bool accept(bool retransmitted, TimePoint now);

    void add_receiver(OutboundStream& receiver);
    void remove_receiver(OutboundStream& receiver);

    bool has_receivers() const { return !receivers_.empty(); }

    ReceiveStatistics& statistics() { return statistics_; }

    NackGenerator& nacks() { return nacks_; }

    SenderClock& clock() { return clock_; }

    KeyframeRequests& keyframes() { return keyframes_; }

    bool wants_nack() const { return nack_; }

    /// Its own are the retransmissions; the others are its owner's to count.
    StreamCounters& counters() { return counters_; }

    /// The name of what the latest packet is encoded with; empty before the first.
    std::string codec() const;

    /// To be called once every statistics_interval_ms.
    StreamStatistics measure(TimePoint now);

  private:
    bool restore(StoredPacket& packet) const;

    std::string name_;
    MediaKind kind_;
    uint32_t clock_rate_;
    uint32_t ssrc_;
    uint32_t rtx_ssrc_;
    bool nack_ = false;
    std::vector<uint8_t> media_types_;
    std::vector<std::string> codecs_;  ///< of the media types
    int rtx_type_ = -1;
    uint8_t rtx_of_ = 0;
    PacketRing ring_;
    ReceiveStatistics statistics_;
    NackGenerator nacks_;
    SenderClock clock_;
    KeyframeRequests keyframes_;
    StreamCounters counters_;
    RecentTraffic recent_;
    std::vector<OutboundStream*> receivers_;
};

}  // namespace parley::sfu
