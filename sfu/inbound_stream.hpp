#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sfu/dependency_descriptor.hpp"
#include "sfu/keyframe_requests.hpp"
#include "sfu/layer_rates.hpp"
#include "sfu/nack_generator.hpp"
#include "sfu/negotiation.hpp"
#include "sfu/packet_extensions.hpp"
#include "sfu/packet_ring.hpp"
#include "sfu/rate_policer.hpp"
#include "sfu/receive_statistics.hpp"
#include "sfu/recent_traffic.hpp"
#include "sfu/sender_clock.hpp"
#include "sfu/statistics.hpp"

namespace parley::sfu {

/// What the payload types of one published content mean.
struct InboundFormats {
    explicit InboundFormats(const Content& content);

    static constexpr uint8_t kNone = 0xff;

    MediaKind kind;
    uint32_t clock_rate;       ///< Hz
    bool nack = false;         ///< RFC 4585 s4.2
    uint8_t red_type = kNone;  ///< of audio (RFC 2198)
    std::vector<std::string> names;
    std::vector<PayloadFormat> formats;    ///< of the names
    std::array<uint8_t, 128> media_types;  ///< index of the name, by payload type
    std::array<uint8_t, 128> rtx_types;    ///< what an RTX type repeats (RFC 4588 s8.1)

    bool is_media(uint8_t type) const { return media_types[type & 0x7f] != kNone; }

    bool is_rtx(uint8_t type) const { return rtx_types[type & 0x7f] != kNone; }
};

/// Of one encoding.
struct InboundLimits {
    milliseconds keyframe_interval_min;
    uint64_t bits_per_second_max;
    size_t packets_kept_max;  ///< of video
};

/// One encoding of one published content: the packets of one SSRC and of its RTX stream. Loop
/// thread only.
class InboundStream {
  public:
    /// `formats` outlives the stream.
    InboundStream(const InboundFormats& formats, const PublishedEncoding& encoding,
                  const InboundLimits& limits, TimePoint start);

    uint32_t ssrc() const { return encoding_.ssrc; }

    uint32_t rtx_ssrc() const { return encoding_.rtx_ssrc; }

    const std::string& rid() const { return encoding_.rid; }

    void learn(bool retransmitted, uint32_t ssrc) {
        (retransmitted ? encoding_.rtx_ssrc : encoding_.ssrc) = ssrc;
    }

    PacketRing& ring() { return ring_; }

    const PacketRing& ring() const { return ring_; }

    /// Whether `ring().next()`, its header parsed, is a packet to keep; of the RTX stream it is
    /// first restored (RFC 4588 s4).
    enum class Verdict : uint8_t { keep, padding, unacceptable };
    Verdict accept(bool retransmitted, const PacketExtensions& extensions, TimePoint now);

    RatePolicer& policer() { return policer_; }

    ReceiveStatistics& statistics() { return statistics_; }

    NackGenerator& nacks() { return nacks_; }

    bool wants_nack() const { return formats_.nack; }

    const SenderClock& clock() const { return clock_; }

    void on_sender_report(const SenderInfo& info, TimePoint now);

    KeyframeRequests& keyframes() { return keyframes_; }

    LayerRates& rates() { return rates_; }

    const LayerRates& rates() const { return rates_; }

    /// Pixels, of the latest keyframe that told; 0: not told.
    uint16_t height() const { return height_; }

    /// Its own are the retransmissions; the others are its owner's to count.
    StreamCounters& counters() { return counters_; }

    /// The name of what the latest packet is encoded with; empty before the first.
    std::string codec() const;

    /// To be called once every statistics_interval_ms.
    StreamStatistics measure(TimePoint now);

  private:
    bool restore(StoredPacket& packet) const;
    void mark(StoredPacket& packet, std::span<const uint8_t> descriptor);
    void mark_by_payload(StoredPacket& packet) const;

    const InboundFormats& formats_;
    PublishedEncoding encoding_;
    PacketRing ring_;
    RatePolicer policer_;
    ReceiveStatistics statistics_;
    NackGenerator nacks_;
    SenderClock clock_;
    KeyframeRequests keyframes_;
    DependencyReader dependencies_;
    LayerRates rates_;
    uint16_t height_ = 0;
    StreamCounters counters_;
    RecentTraffic recent_;
};

}  // namespace parley::sfu
