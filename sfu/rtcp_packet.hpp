#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sfu/media_time.hpp"

/// RTCP (RFC 3550 s6, RFC 4585, RFC 5104, draft-alvestrand-rmcat-remb): bounded reading without
/// copies, and writing into a fixed buffer.
namespace parley::sfu {

enum class RtcpType : uint8_t {
    sender_report = 200,
    receiver_report = 201,
    source_description = 202,
    bye = 203,
    application = 204,
    transport_feedback = 205,  ///< RFC 4585 s6.2
    payload_feedback = 206,    ///< RFC 4585 s6.3
    extended_report = 207,
};

enum class TransportFeedback : uint8_t { nack = 1, tmmbr = 3, transport_cc = 15 };
enum class PayloadFeedback : uint8_t { pli = 1, fir = 4, application = 15 };

/// RFC 3550 s6.4.1.
struct ReportBlock {
    uint32_t ssrc = 0;
    uint8_t fraction_lost = 0;    ///< of 256
    int32_t cumulative_lost = 0;  ///< 24 bits, may be negative
    uint32_t extended_highest_sequence = 0;
    uint32_t jitter = 0;                   ///< ticks of the media clock
    uint32_t last_sender_report = 0;       ///< the middle 32 bits of its NTP time
    uint32_t delay_since_last_report = 0;  ///< 1/65536 s
    bool operator==(const ReportBlock&) const = default;
};

struct SenderInfo {
    uint32_t ssrc = 0;
    NtpTime ntp = 0;
    uint32_t rtp_timestamp = 0;
    uint32_t packet_count = 0;
    uint32_t octet_count = 0;
    bool operator==(const SenderInfo&) const = default;
};

/// One packet of a compound; its body (after the common header, without padding) is borrowed.
struct RtcpPacket {
    RtcpType type = RtcpType::receiver_report;
    uint8_t count = 0;  ///< report count, source count or feedback message type
    std::span<const uint8_t> body;

    /// RFC 3550 s6.4.1: of a sender report.
    std::optional<SenderInfo> sender_info() const;
    /// The `index`th report block of a sender or receiver report.
    std::optional<ReportBlock> report_block(size_t index) const;
    /// RFC 4585 s6.1: the media source of a feedback message.
    std::optional<uint32_t> media_ssrc() const;

    /// RFC 4585 s6.2.1: the `index`th pair of PID and BLP.
    struct Nack {
        uint16_t packet_id = 0;
        uint16_t bitmask = 0;
    };

    std::optional<Nack> nack(size_t index) const;
    /// RFC 5104 s4.3.1: the SSRC of the `index`th FIR entry.
    std::optional<uint32_t> full_intra_request(size_t index) const;
    /// RFC 3550 s6.6.
    std::optional<uint32_t> bye_ssrc(size_t index) const;
    /// bit/s, of payload feedback of type application with the identifier REMB.
    std::optional<uint64_t> estimated_bitrate_max() const;
};

/// Walks a compound packet, or a reduced-size one (RFC 5506). Ends at the first packet whose length
/// does not fit; `malformed` then says so.
class RtcpReader {
  public:
    explicit RtcpReader(std::span<const uint8_t> compound) : rest_(compound) {}

    std::optional<RtcpPacket> next();

    bool malformed() const { return malformed_; }

  private:
    std::span<const uint8_t> rest_;
    bool malformed_ = false;
};

/// Builds one compound packet. What does not fit is left out and told by `false`.
class RtcpWriter {
  public:
    static constexpr size_t kSizeMax = 1200;

    bool sender_report(const SenderInfo& info);
    bool receiver_report(uint32_t sender_ssrc, std::span<const ReportBlock> blocks);
    bool source_description(uint32_t ssrc, std::string_view cname);
    bool bye(std::span<const uint32_t> ssrcs);
    /// `sequences` in ascending order.
    bool nack(uint32_t sender_ssrc, uint32_t media_ssrc, std::span<const uint16_t> sequences);
    bool picture_loss(uint32_t sender_ssrc, uint32_t media_ssrc);
    bool full_intra_request(uint32_t sender_ssrc, uint32_t media_ssrc, uint8_t number);
    bool estimated_bitrate_max(uint32_t sender_ssrc, uint64_t bits_per_second,
                               std::span<const uint32_t> ssrcs);
    /// draft-holmer-rmcat-transport-wide-cc-extensions-01 s3.1: `control` is all that follows the
    /// SSRCs; it is padded here.
    bool transport_feedback(uint32_t sender_ssrc, uint32_t media_ssrc,
                            std::span<const uint8_t> control);

    std::span<const uint8_t> bytes() const { return {buffer_.data(), size_}; }

  private:
    uint8_t* append(RtcpType type, size_t count, size_t body_size);

    std::array<uint8_t, kSizeMax> buffer_{};
    size_t size_ = 0;
};

}  // namespace parley::sfu
