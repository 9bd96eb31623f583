#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "sfu/bandwidth_estimator.hpp"
#include "sfu/inbound_track.hpp"
#include "sfu/media_transport.hpp"
#include "sfu/packet_out.hpp"
#include "sfu/recent_traffic.hpp"
#include "sfu/retransmission_budget.hpp"
#include "sfu/retransmission_cache.hpp"
#include "sfu/round_trip_time.hpp"
#include "sfu/stream_rewriter.hpp"
#include "sfu/temporal_filter.hpp"

namespace parley::sfu {

/// What all streams of one receiver's transport share. All outlive the streams.
struct SendPath {
    MediaTransport& transport;
    PacketOut& out;
    BandwidthEstimator& bandwidth;
    RetransmissionBudget& retransmissions;
    uint64_t& packets_dropped;  ///< counts what cannot be sent
};

/// One published content on its way to one receiver, who gets one of its encodings at a time. Loop
/// thread only.
class OutboundStream {
  public:
    /// The track outlives the stream; who owns the stream adds it to the track's receivers and
    /// removes it.
    OutboundStream(InboundTrack& track, const RewriteRules& rules, std::string cname,
                   const SendPath& path, TimePoint start);

    /// A packet of one of the track's encodings, by its ring number. On the packet path.
    void forward(uint8_t encoding, uint32_t ring_number, TimePoint now);

    /// The same, but nobody gets it: audio goes on without it, video from the next keyframe on.
    void leave_out(uint8_t encoding, uint32_t ring_number);

    /// The receiver misses the packet (RFC 4585 s6.2.1). It gets it again, if the path carries it.
    void resend(uint16_t sequence, TimePoint now);

    /// Transport-wide feedback tells that a packet is lost, by the tag it was sent with. On a lossy
    /// line it is sent again at once, if it is not too late for it, since the receiver's request
    /// may be lost as well.
    void on_lost(uint32_t tag, TimePoint now);

    /// Octets of padding in packets of the RTX stream, to probe the path; what was sent of them.
    size_t pad(size_t bytes, TimePoint now);

    /// What the receiver shall get from the next keyframe of the encoding on; of its temporal
    /// layers those up to `temporal_layer`. Until then it gets what it got.
    void select(uint8_t encoding, uint8_t temporal_layer);
    /// Nothing from now on.
    void pause();

    /// Nothing: paused.
    std::optional<uint8_t> selected() const { return target_; }

    /// Whether a keyframe of the selected encoding is awaited.
    bool waits_for_keyframe() const { return target_ && current_ != target_ && is_video(); }

    InboundTrack& track() { return track_; }

    uint32_t ssrc() const { return rewriter_.rules().ssrc; }

    uint32_t rtx_ssrc() const { return rewriter_.rules().rtx_ssrc; }

    const std::string& cname() const { return cname_; }

    bool is_video() const { return track_.kind() == MediaKind::video; }

    /// RFC 3550 s6.4.1, to be sent at once; nothing before the first packet and before the source's
    /// own report.
    std::optional<SenderInfo> sender_report(TimePoint now);

    /// The receiver's.
    void on_report_block(const ReportBlock& block, TimePoint now);

    std::optional<microseconds> round_trip() const { return round_trip_.latest(); }

    /// Its own are packets, bytes and retransmissions; the others are its owner's to count.
    StreamCounters& counters() { return counters_; }

    /// To be called once every statistics_interval_ms.
    StreamStatistics measure(TimePoint now);

  private:
    /// Where the newest packet came from and went to.
    struct Latest {
        uint8_t encoding = 0;
        uint32_t source_timestamp = 0;
        uint32_t timestamp = 0;
        TimePoint arrival;
    };

    /// Packets, without retransmissions.
    int64_t first_sent() const {
        return static_cast<int64_t>(counters_.packets - counters_.retransmissions);
    }

    bool may_begin(const StoredPacket& packet) const;
    void begin(uint8_t encoding, const StoredPacket& packet);
    uint32_t next_timestamp(uint8_t encoding, const StoredPacket& packet) const;
    uint32_t tag(uint16_t sequence) const;
    bool is_lossy() const;
    SendStamp stamp(size_t size, TimePoint now, uint32_t tag = 0);
    bool protect_and_commit(std::span<uint8_t> slot, size_t size);

    InboundTrack& track_;
    StreamRewriter rewriter_;
    std::string cname_;
    SendPath path_;
    std::optional<uint8_t> current_;
    std::optional<uint8_t> target_;
    TemporalFilter layers_;
    uint32_t first_timestamp_;
    std::optional<Latest> latest_;
    std::unique_ptr<RetransmissionCache> cache_;  ///< of video
    StreamCounters counters_;
    uint32_t octets_ = 0;  ///< of payload, without retransmissions
    std::optional<ReportBlock> reported_;
    RoundTripTime round_trip_;
    RecentTraffic recent_;
};

}  // namespace parley::sfu
