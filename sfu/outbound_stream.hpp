#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "sfu/inbound_stream.hpp"
#include "sfu/media_transport.hpp"
#include "sfu/packet_out.hpp"
#include "sfu/retransmission_cache.hpp"
#include "sfu/stream_rewriter.hpp"

namespace parley::sfu {

/// One source stream on its way to one receiver. Loop thread only.
class OutboundStream {
  public:
    /// All outlive the stream; it is added to the source's receivers, and removed, by its owner.
    OutboundStream(InboundStream& source, const RewriteRules& rules, std::string cname,
                   MediaTransport& transport, PacketOut& out, SessionStatistics& statistics);

    /// The source's packet of this ring number.
    void forward(uint32_t ring_number, TimePoint now);

    /// The receiver misses the packet (RFC 4585 s6.2.1).
    void resend(uint16_t sequence, TimePoint now);

    InboundStream& source() { return source_; }

    uint32_t ssrc() const { return rewriter_.rules().ssrc; }

    uint32_t rtx_ssrc() const { return rewriter_.rules().rtx_ssrc; }

    const std::string& cname() const { return cname_; }

    /// RFC 3550 s6.4.1; nothing before the first packet and before the source's own report.
    std::optional<SenderInfo> sender_info(TimePoint now) const;

    uint32_t cumulative_lost = 0;  ///< packets, as the receiver last reported

  private:
    bool protect_and_commit(std::span<uint8_t> slot, size_t size);

    InboundStream& source_;
    StreamRewriter rewriter_;
    std::string cname_;
    MediaTransport& transport_;
    PacketOut& out_;
    SessionStatistics& statistics_;
    std::unique_ptr<RetransmissionCache> cache_;  ///< of video
    uint32_t packets_ = 0;
    uint32_t octets_ = 0;  ///< of payload
};

}  // namespace parley::sfu
