#include "sfu/inbound_stream.hpp"

#include <strings.h>
#include <algorithm>

#include "sfu/byte_order.hpp"
#include "sfu/outbound_stream.hpp"

namespace parley::sfu {

namespace {

// Two seconds of video at 2 Mbit/s; audio is never sent again.
constexpr size_t kVideoRing = 512;  // packets
constexpr size_t kAudioRing = 64;

}  // namespace

InboundStream::InboundStream(const PublishedContent& content, milliseconds keyframe_interval_min,
                             TimePoint start)
    : name_(content.answer.name),
      kind_(content.answer.kind),
      clock_rate_(content.answer.codecs.front().clock_rate),
      ssrc_(content.ssrc),
      rtx_ssrc_(content.rtx_ssrc),
      ring_(kind_ == MediaKind::video ? kVideoRing : kAudioRing),
      statistics_(clock_rate_),
      clock_(clock_rate_),
      keyframes_(keyframe_interval_min),
      recent_(start) {
    for (const auto& codec : content.answer.codecs) {
        if (strcasecmp(codec.name.c_str(), "rtx") == 0) {
            rtx_type_ = codec.payload_type;
            rtx_of_ = static_cast<uint8_t>(associated_payload_type(codec));
        } else {
            media_types_.push_back(codec.payload_type);
            codecs_.push_back(codec.name);
        }
        const RtcpFeedback nack{"nack", ""};
        nack_ = nack_ || std::find(codec.feedback.begin(), codec.feedback.end(), nack) !=
                             codec.feedback.end();
    }
}

bool InboundStream::may_learn(uint8_t payload_type) const {
    if (payload_type == rtx_type_) return rtx_ssrc_ == 0;
    return ssrc_ == 0 &&
           std::find(media_types_.begin(), media_types_.end(), payload_type) != media_types_.end();
}

void InboundStream::learn(uint8_t payload_type, uint32_t ssrc) {
    (payload_type == rtx_type_ ? rtx_ssrc_ : ssrc_) = ssrc;
}

/// The original sequence number is the payload's first two octets.
bool InboundStream::restore(StoredPacket& packet) const {
    auto& header = packet.header;
    if (header.payload_type != rtx_type_ || header.payload_size < 2) return false;
    header.sequence = read_u16(&packet.data[header.header_size]);
    header.payload_type = rtx_of_;
    header.ssrc = ssrc_;
    header.header_size = static_cast<uint16_t>(header.header_size + 2);
    header.payload_size = static_cast<uint16_t>(header.payload_size - 2);
    return true;
}

bool InboundStream::accept(bool retransmitted, TimePoint now) {
    StoredPacket& packet = ring_.next();
    if (retransmitted) {
        // Padding alone, sent to probe the path, restores to nothing; that is no fault.
        if (packet.header.payload_size == 0) return true;
        if (!restore(packet)) return false;
        ++counters_.retransmissions;
    } else if (std::find(media_types_.begin(), media_types_.end(), packet.header.payload_type) ==
               media_types_.end()) {
        return false;
    }
    packet.arrival = now;
    if (!retransmitted) {
        statistics_.on_packet(packet.header.sequence, packet.header.timestamp, now);
    }
    if (nack_ && nacks_.on_packet(packet.header.sequence, now)) keyframes_.want();
    const uint32_t number = ring_.commit();
    for (auto* receiver : receivers_)
        receiver->forward(number, now);
    return true;
}

std::string InboundStream::codec() const {
    const StoredPacket* packet = ring_.latest();
    if (packet == nullptr) return {};
    const auto type =
        std::find(media_types_.begin(), media_types_.end(), packet->header.payload_type);
    if (type == media_types_.end()) return {};
    return codecs_[static_cast<size_t>(type - media_types_.begin())];
}

StreamStatistics InboundStream::measure(TimePoint now) {
    const int64_t lost = statistics_.lost();
    recent_.sample({.bytes = counters_.bytes, .expected = statistics_.expected(), .lost = lost},
                   now);
    StreamStatistics measured;
    measured.kind = kind_;
    measured.codec = codec();
    measured.counters = counters_;
    measured.packets_lost = static_cast<uint64_t>(std::max<int64_t>(0, lost));
    measured.bits_per_second = recent_.bits_per_second();
    measured.fraction_lost = recent_.fraction_lost();
    if (counters_.packets != 0) measured.jitter = statistics_.jitter();
    return measured;
}

void InboundStream::add_receiver(OutboundStream& receiver) {
    receivers_.push_back(&receiver);
}

void InboundStream::remove_receiver(OutboundStream& receiver) {
    std::erase(receivers_, &receiver);
}

}  // namespace parley::sfu
