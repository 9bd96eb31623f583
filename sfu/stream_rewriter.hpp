#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sfu/media_time.hpp"
#include "sfu/packet_ring.hpp"
#include "sfu/picture_numbers.hpp"
#include "sfu/rtp_header.hpp"
#include "sfu/sequence_map.hpp"

namespace parley::sfu {

/// What one receiver negotiated for one source stream.
struct RewriteRules {
    static constexpr uint8_t kRefused = 0xff;

    uint32_t ssrc = 0;
    uint32_t rtx_ssrc = 0;  ///< 0: no retransmission stream
    uint32_t clock_rate = 90'000;
    /// From the source's payload type to the receiver's; kRefused: not sent.
    std::array<uint8_t, 128> payload_types{};
    /// The source's payload type of RED where the receiver gets what is in it; kRefused: none.
    uint8_t unpacked_type = kRefused;
    /// From the receiver's payload type to that of its RTX format (RFC 4588); kRefused: none.
    std::array<uint8_t, 128> rtx_payload_types{};
    /// From the source's extension id to the receiver's; 0: left out.
    std::array<uint8_t, 16> extension_ids{};
    uint8_t frame_number_id = 0;  ///< the source's id of the dependency descriptor; 0: none
    // The receiver's ids of what is written anew for each packet; 0: none.
    uint8_t abs_send_time_id = 0;
    uint8_t transport_sequence_id = 0;

    RewriteRules();
};

/// Written anew whenever a packet is sent.
struct SendStamp {
    TimePoint now;
    uint16_t transport_sequence = 0;
};

/// Gives one receiver's stream its own SSRC, sequence numbers, timestamps, payload types, extension
/// ids and picture numbers, which go on without a break where the SFU switches from one of a
/// source's encodings to another, leaves layers out or pauses.
class StreamRewriter {
  public:
    /// `first_sequence` far from 2^16: a loss around the first wrap would desynchronise SRTP's
    /// rollover counter (RFC 3711 s3.3.1).
    StreamRewriter(const RewriteRules& rules, uint16_t first_sequence, uint32_t first_timestamp);

    struct Position {
        uint16_t sequence = 0;
        uint32_t timestamp = 0;
        uint8_t payload_type = 0;
        uint16_t payload_offset = 0;  ///< octets of the payload that are not sent
        PictureNumbers picture;       ///< where the packet has a descriptor with numbers
        uint16_t frame_number = 0;    ///< where it has a dependency descriptor
    };

    /// The next packet is the first of another encoding, or after a pause; its timestamp becomes
    /// `first_timestamp`.
    void begin(uint32_t first_timestamp);

    /// Where a source packet belongs in the receiver's stream. Nothing where its payload type is
    /// refused or it is older than the first since `begin`.
    std::optional<Position> place(const StoredPacket& packet);

    /// A packet of the present encoding is not sent.
    void leave_out(const StoredPacket& packet);

    /// The receiver's timestamp for one of the present encoding; nothing before the first packet.
    std::optional<uint32_t> timestamp(uint32_t source_timestamp) const;

    /// Octets written to `out` of the whole packet, or 0 where it does not fit.
    size_t write(std::span<uint8_t> out, const Position& position, const StoredPacket& packet,
                 const SendStamp& stamp) const;

    /// Whether there is an RTX stream for it: `write_again`. Without one a packet is repeated by
    /// `write` with its first stamp, since GCM must never see one sequence number with two contents
    /// (RFC 7714 s10.1).
    bool has_rtx(uint8_t payload_type) const {
        return rules_.rtx_ssrc != 0 &&
               rules_.rtx_payload_types[payload_type & 0x7f] != RewriteRules::kRefused;
    }

    /// RFC 4588 s4: the same as a retransmission in the RTX stream.
    size_t write_again(std::span<uint8_t> out, const Position& position, const StoredPacket& packet,
                       const SendStamp& stamp);

    /// Whether there is an RTX stream, which is what carries padding alone.
    bool can_pad() const;

    /// A packet of padding alone in the RTX stream, to probe the path. 0 where it does not fit.
    size_t write_padding(std::span<uint8_t> out, uint8_t padding, const SendStamp& stamp);

    const RewriteRules& rules() const { return rules_; }

  private:
    size_t write_header(std::span<uint8_t> out, RtpFields fields, const Position& position,
                        const StoredPacket& packet, const SendStamp& stamp) const;
    bool place_picture(Position& position, const StoredPacket& packet);

    RewriteRules rules_;
    SequenceMap sequences_;
    PictureContinuity pictures_;
    FrameNumberContinuity frames_;
    uint16_t rtx_sequence_;
    uint32_t first_timestamp_;
    uint32_t timestamp_offset_ = 0;
    bool started_ = false;
    bool switched_ = false;
    uint8_t padding_type_;  ///< an RTX payload type; kRefused: there is none
};

}  // namespace parley::sfu
