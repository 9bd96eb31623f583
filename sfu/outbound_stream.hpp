#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "sfu/inbound_stream.hpp"
#include "sfu/media_transport.hpp"
#include "sfu/packet_out.hpp"
#include "sfu/recent_traffic.hpp"
#include "sfu/retransmission_cache.hpp"
#include "sfu/round_trip_time.hpp"
#include "sfu/stream_rewriter.hpp"

namespace parley::sfu {

/// One source stream on its way to one receiver. Loop thread only.
class OutboundStream {
  public:
    /// All outlive the stream; it is added to the source's receivers, and removed, by its owner.
    /// What cannot be sent is counted in `packets_dropped`.
    OutboundStream(InboundStream& source, const RewriteRules& rules, std::string cname,
                   MediaTransport& transport, PacketOut& out, uint64_t& packets_dropped,
                   TimePoint start);

    /// The source's packet of this ring number.
    void forward(uint32_t ring_number, TimePoint now);

    /// The receiver misses the packet (RFC 4585 s6.2.1).
    void resend(uint16_t sequence, TimePoint now);

    InboundStream& source() { return source_; }

    uint32_t ssrc() const { return rewriter_.rules().ssrc; }

    uint32_t rtx_ssrc() const { return rewriter_.rules().rtx_ssrc; }

    const std::string& cname() const { return cname_; }

    /// RFC 3550 s6.4.1, to be sent at once; nothing before the first packet and before the source's
    /// own report.
    std::optional<SenderInfo> sender_report(TimePoint now);

    /// The receiver's.
    void on_report_block(const ReportBlock& block, TimePoint now);

    /// Its own are packets, bytes and retransmissions; the others are its owner's to count.
    StreamCounters& counters() { return counters_; }

    /// To be called once every statistics_interval_ms.
    StreamStatistics measure(TimePoint now);

  private:
    /// Packets, without retransmissions.
    int64_t first_sent() const {
        return static_cast<int64_t>(counters_.packets - counters_.retransmissions);
    }

    bool protect_and_commit(std::span<uint8_t> slot, size_t size);

    InboundStream& source_;
    StreamRewriter rewriter_;
    std::string cname_;
    MediaTransport& transport_;
    PacketOut& out_;
    uint64_t& packets_dropped_;
    std::unique_ptr<RetransmissionCache> cache_;  ///< of video
    StreamCounters counters_;
    uint32_t octets_ = 0;  ///< of payload, without retransmissions
    std::optional<ReportBlock> reported_;
    RoundTripTime round_trip_;
    RecentTraffic recent_;
};

}  // namespace parley::sfu
