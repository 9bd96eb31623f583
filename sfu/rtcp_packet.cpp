#include "sfu/rtcp_packet.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "sfu/byte_order.hpp"

namespace parley::sfu {

namespace {

constexpr size_t kCommonHeaderSize = 4;
constexpr size_t kReportBlockSize = 24;
constexpr size_t kSenderInfoSize = 24;  // with the SSRC
constexpr size_t kFeedbackHeaderSize = 8;
constexpr std::array<uint8_t, 4> kRembName{'R', 'E', 'M', 'B'};
constexpr size_t kCountMax = 31;
constexpr size_t kCnameSizeMax = 255;

ReportBlock read_block(const uint8_t* bytes) {
    const uint32_t lost = read_u24(bytes + 5);
    return {.ssrc = read_u32(bytes),
            .fraction_lost = bytes[4],
            .cumulative_lost = static_cast<int32_t>(lost << 8) >> 8,
            .extended_highest_sequence = read_u32(bytes + 8),
            .jitter = read_u32(bytes + 12),
            .last_sender_report = read_u32(bytes + 16),
            .delay_since_last_report = read_u32(bytes + 20)};
}

void write_block(uint8_t* bytes, const ReportBlock& block) {
    constexpr int32_t kLostMax = 0x7fffff;
    write_u32(bytes, block.ssrc);
    bytes[4] = block.fraction_lost;
    write_u24(bytes + 5,
              static_cast<uint32_t>(std::clamp(block.cumulative_lost, -kLostMax - 1, kLostMax)));
    write_u32(bytes + 8, block.extended_highest_sequence);
    write_u32(bytes + 12, block.jitter);
    write_u32(bytes + 16, block.last_sender_report);
    write_u32(bytes + 20, block.delay_since_last_report);
}

}  // namespace

std::optional<RtcpPacket> RtcpReader::next() {
    if (rest_.empty() || malformed_) return std::nullopt;
    malformed_ = true;
    if (rest_.size() < kCommonHeaderSize || (rest_[0] >> 6) != 2) return std::nullopt;
    const size_t size = (size_t{read_u16(&rest_[2])} + 1) * 4;
    if (size > rest_.size()) return std::nullopt;

    size_t padding = 0;
    if ((rest_[0] & 0x20) != 0) {
        padding = rest_[size - 1];
        if (padding == 0 || padding > size - kCommonHeaderSize) return std::nullopt;
    }
    RtcpPacket packet;
    packet.type = static_cast<RtcpType>(rest_[1]);
    packet.count = rest_[0] & 0x1f;
    packet.body = rest_.subspan(kCommonHeaderSize, size - kCommonHeaderSize - padding);
    rest_ = rest_.subspan(size);
    malformed_ = false;
    return packet;
}

std::optional<SenderInfo> RtcpPacket::sender_info() const {
    if (type != RtcpType::sender_report || body.size() < kSenderInfoSize) return std::nullopt;
    return SenderInfo{.ssrc = read_u32(&body[0]),
                      .ntp = read_u64(&body[4]),
                      .rtp_timestamp = read_u32(&body[12]),
                      .packet_count = read_u32(&body[16]),
                      .octet_count = read_u32(&body[20])};
}

std::optional<ReportBlock> RtcpPacket::report_block(size_t index) const {
    size_t offset = 0;
    if (type == RtcpType::sender_report) {
        offset = kSenderInfoSize;
    } else if (type == RtcpType::receiver_report) {
        offset = 4;
    } else {
        return std::nullopt;
    }
    offset += index * kReportBlockSize;
    if (index >= count || offset + kReportBlockSize > body.size()) return std::nullopt;
    return read_block(&body[offset]);
}

std::optional<uint32_t> RtcpPacket::media_ssrc() const {
    const bool feedback =
        type == RtcpType::transport_feedback || type == RtcpType::payload_feedback;
    if (!feedback || body.size() < kFeedbackHeaderSize) return std::nullopt;
    return read_u32(&body[4]);
}

std::optional<RtcpPacket::Nack> RtcpPacket::nack(size_t index) const {
    const size_t offset = kFeedbackHeaderSize + index * 4;
    if (type != RtcpType::transport_feedback ||
        count != static_cast<uint8_t>(TransportFeedback::nack) || offset + 4 > body.size()) {
        return std::nullopt;
    }
    return Nack{.packet_id = read_u16(&body[offset]), .bitmask = read_u16(&body[offset + 2])};
}

std::optional<uint32_t> RtcpPacket::full_intra_request(size_t index) const {
    const size_t offset = kFeedbackHeaderSize + index * 8;
    if (type != RtcpType::payload_feedback || count != static_cast<uint8_t>(PayloadFeedback::fir) ||
        offset + 8 > body.size()) {
        return std::nullopt;
    }
    return read_u32(&body[offset]);
}

std::optional<uint32_t> RtcpPacket::bye_ssrc(size_t index) const {
    if (type != RtcpType::bye || index >= count || (index + 1) * 4 > body.size()) {
        return std::nullopt;
    }
    return read_u32(&body[index * 4]);
}

//  |  Unique identifier 'R' 'E' 'M' 'B'                            |
//  |  Num SSRC     | BR Exp    |  BR Mantissa                      |
std::optional<uint64_t> RtcpPacket::estimated_bitrate_max() const {
    constexpr size_t kNameOffset = kFeedbackHeaderSize;
    if (type != RtcpType::payload_feedback ||
        count != static_cast<uint8_t>(PayloadFeedback::application) ||
        body.size() < kNameOffset + 8 ||
        !std::equal(kRembName.begin(), kRembName.end(), body.begin() + kNameOffset)) {
        return std::nullopt;
    }
    const uint32_t fields = read_u24(&body[kNameOffset + 5]);
    const uint32_t exponent = fields >> 18;
    const uint64_t mantissa = fields & 0x3ffff;
    if (mantissa != 0 && exponent + static_cast<uint32_t>(std::bit_width(mantissa)) > 63) {
        return uint64_t{1} << 63;
    }
    return mantissa << exponent;
}

uint8_t* RtcpWriter::append(RtcpType type, size_t count, size_t body_size) {
    if (size_ + kCommonHeaderSize + body_size > buffer_.size()) return nullptr;
    uint8_t* bytes = buffer_.data() + size_;
    bytes[0] = static_cast<uint8_t>(0x80 | count);
    bytes[1] = static_cast<uint8_t>(type);
    write_u16(bytes + 2, static_cast<uint16_t>(body_size / 4));
    size_ += kCommonHeaderSize + body_size;
    return bytes + kCommonHeaderSize;
}

bool RtcpWriter::sender_report(const SenderInfo& info) {
    uint8_t* body = append(RtcpType::sender_report, 0, kSenderInfoSize);
    if (body == nullptr) return false;
    write_u32(body, info.ssrc);
    write_u64(body + 4, info.ntp);
    write_u32(body + 12, info.rtp_timestamp);
    write_u32(body + 16, info.packet_count);
    write_u32(body + 20, info.octet_count);
    return true;
}

bool RtcpWriter::receiver_report(uint32_t sender_ssrc, std::span<const ReportBlock> blocks) {
    if (blocks.size() > kCountMax) return false;
    uint8_t* body =
        append(RtcpType::receiver_report, blocks.size(), 4 + blocks.size() * kReportBlockSize);
    if (body == nullptr) return false;
    write_u32(body, sender_ssrc);
    body += 4;
    for (const auto& block : blocks) {
        write_block(body, block);
        body += kReportBlockSize;
    }
    return true;
}

bool RtcpWriter::source_description(uint32_t ssrc, std::string_view cname) {
    if (cname.size() > kCnameSizeMax) return false;
    const size_t item_size = 2 + cname.size();
    const size_t body_size = 4 + (item_size / 4 + 1) * 4;  // at least one null octet ends the list
    uint8_t* body = append(RtcpType::source_description, 1, body_size);
    if (body == nullptr) return false;
    std::fill_n(body, body_size, uint8_t{0});
    write_u32(body, ssrc);
    body[4] = 1;  // CNAME
    body[5] = static_cast<uint8_t>(cname.size());
    std::copy(cname.begin(), cname.end(), body + 6);
    return true;
}

bool RtcpWriter::bye(std::span<const uint32_t> ssrcs) {
    if (ssrcs.size() > kCountMax) return false;
    uint8_t* body = append(RtcpType::bye, ssrcs.size(), ssrcs.size() * 4);
    if (body == nullptr) return false;
    for (size_t i = 0; i < ssrcs.size(); ++i)
        write_u32(body + i * 4, ssrcs[i]);
    return true;
}

bool RtcpWriter::nack(uint32_t sender_ssrc, uint32_t media_ssrc,
                      std::span<const uint16_t> sequences) {
    std::array<uint8_t, kSizeMax> pairs{};
    size_t size = 0;
    for (size_t i = 0; i < sequences.size();) {
        const uint16_t packet_id = sequences[i++];
        uint16_t bitmask = 0;
        for (; i < sequences.size(); ++i) {
            const auto ahead = static_cast<uint16_t>(sequences[i] - packet_id);
            if (ahead < 1 || ahead > 16) break;
            bitmask = static_cast<uint16_t>(bitmask | (1U << (ahead - 1)));
        }
        if (size + 4 > pairs.size()) return false;
        write_u16(&pairs[size], packet_id);
        write_u16(&pairs[size + 2], bitmask);
        size += 4;
    }
    if (size == 0) return false;
    uint8_t* body =
        append(RtcpType::transport_feedback, static_cast<size_t>(TransportFeedback::nack),
               kFeedbackHeaderSize + size);
    if (body == nullptr) return false;
    write_u32(body, sender_ssrc);
    write_u32(body + 4, media_ssrc);
    std::memcpy(body + kFeedbackHeaderSize, pairs.data(), size);
    return true;
}

bool RtcpWriter::picture_loss(uint32_t sender_ssrc, uint32_t media_ssrc) {
    uint8_t* body = append(RtcpType::payload_feedback, static_cast<size_t>(PayloadFeedback::pli),
                           kFeedbackHeaderSize);
    if (body == nullptr) return false;
    write_u32(body, sender_ssrc);
    write_u32(body + 4, media_ssrc);
    return true;
}

bool RtcpWriter::full_intra_request(uint32_t sender_ssrc, uint32_t media_ssrc, uint8_t number) {
    uint8_t* body = append(RtcpType::payload_feedback, static_cast<size_t>(PayloadFeedback::fir),
                           kFeedbackHeaderSize + 8);
    if (body == nullptr) return false;
    write_u32(body, sender_ssrc);
    write_u32(body + 4, 0);
    write_u32(body + 8, media_ssrc);
    write_u32(body + 12, uint32_t{number} << 24);
    return true;
}

bool RtcpWriter::estimated_bitrate_max(uint32_t sender_ssrc, uint64_t bits_per_second,
                                       std::span<const uint32_t> ssrcs) {
    if (ssrcs.size() > UINT8_MAX) return false;
    uint8_t* body =
        append(RtcpType::payload_feedback, static_cast<size_t>(PayloadFeedback::application),
               kFeedbackHeaderSize + 8 + ssrcs.size() * 4);
    if (body == nullptr) return false;
    const auto width = static_cast<uint32_t>(std::bit_width(bits_per_second));
    const uint32_t exponent = width > 18 ? width - 18 : 0;
    write_u32(body, sender_ssrc);
    write_u32(body + 4, 0);
    std::copy(kRembName.begin(), kRembName.end(), body + 8);
    body[12] = static_cast<uint8_t>(ssrcs.size());
    write_u24(body + 13, (exponent << 18) | static_cast<uint32_t>(bits_per_second >> exponent));
    for (size_t i = 0; i < ssrcs.size(); ++i)
        write_u32(body + 16 + i * 4, ssrcs[i]);
    return true;
}

bool RtcpWriter::transport_feedback(uint32_t sender_ssrc, uint32_t media_ssrc,
                                    std::span<const uint8_t> control) {
    const size_t padding = (4 - control.size() % 4) % 4;
    uint8_t* body =
        append(RtcpType::transport_feedback, static_cast<size_t>(TransportFeedback::transport_cc),
               kFeedbackHeaderSize + control.size() + padding);
    if (body == nullptr) return false;
    write_u32(body, sender_ssrc);
    write_u32(body + 4, media_ssrc);
    std::copy(control.begin(), control.end(), body + kFeedbackHeaderSize);
    if (padding > 0) {  // RFC 3550 s6.4.1: P is set, and the last octet counts the padding
        *(body - kCommonHeaderSize) |= 0x20;
        uint8_t* end =
            std::fill_n(body + kFeedbackHeaderSize + control.size(), padding, uint8_t{0});
        *(end - 1) = static_cast<uint8_t>(padding);
    }
    return true;
}

}  // namespace parley::sfu
