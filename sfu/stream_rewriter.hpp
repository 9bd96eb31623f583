#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sfu/media_time.hpp"
#include "sfu/packet_ring.hpp"
#include "sfu/rtp_header.hpp"

namespace parley::sfu {

/// What one receiver negotiated for one source stream.
struct RewriteRules {
    static constexpr uint8_t kRefused = 0xff;

    uint32_t ssrc = 0;
    uint32_t rtx_ssrc = 0;  ///< 0: no retransmission stream
    uint32_t clock_rate = 90'000;
    /// From the source's payload type to the receiver's; kRefused: not sent.
    std::array<uint8_t, 128> payload_types{};
    /// From the receiver's payload type to that of its RTX format (RFC 4588); kRefused: none.
    std::array<uint8_t, 128> rtx_payload_types{};
    /// From the source's extension id to the receiver's; 0: left out.
    std::array<uint8_t, 16> extension_ids{};
    uint8_t abs_send_time_id = 0;  ///< the receiver's id; written anew for each packet; 0: none

    RewriteRules();
};

/// Gives one receiver's stream its own SSRC, sequence numbers, timestamps, payload types and
/// extension ids. Gaps in the source's sequence stay gaps, so that the receiver asks for what is
/// missing.
class StreamRewriter {
  public:
    /// `first_sequence` far from 2^16: a loss around the first wrap would desynchronise SRTP's
    /// rollover counter (RFC 3711 s3.3.1).
    StreamRewriter(const RewriteRules& rules, uint16_t first_sequence, uint32_t first_timestamp);

    struct Position {
        uint16_t sequence = 0;
        uint32_t timestamp = 0;
        uint8_t payload_type = 0;
    };

    /// Where a source packet belongs in the receiver's stream. Nothing where its payload type is
    /// refused or it is older than the receiver's first packet.
    std::optional<Position> place(const RtpHeader& source);

    /// The receiver's timestamp for one of the source's; nothing before the first packet.
    std::optional<uint32_t> timestamp(uint32_t source_timestamp) const;

    /// Octets written to `out` of the whole packet, or 0 where it does not fit.
    size_t write(std::span<uint8_t> out, const Position& position, const StoredPacket& packet,
                 TimePoint now) const;

    /// RFC 4588 s4: the same as a retransmission, in the RTX stream where there is one, else again
    /// as it was.
    size_t write_again(std::span<uint8_t> out, const Position& position, const StoredPacket& packet,
                       TimePoint now);

    const RewriteRules& rules() const { return rules_; }

  private:
    size_t write_header(std::span<uint8_t> out, RtpFields fields, const StoredPacket& packet,
                        TimePoint now) const;

    RewriteRules rules_;
    uint16_t first_sequence_;
    uint32_t first_timestamp_;
    uint16_t rtx_sequence_;
    std::optional<uint16_t> sequence_offset_;
    uint32_t timestamp_offset_ = 0;
    uint16_t highest_ = 0;
    uint32_t sent_span_ = 0;  ///< sequence numbers from the first packet on, saturating
};

}  // namespace parley::sfu
