#include "tests/bench/sfu/load.hpp"

#include "sfu/byte_order.hpp"

namespace parley::sfu::bench {

namespace {

constexpr uint32_t kAudioSsrc = 1;
constexpr uint32_t kVideoSsrc = 2;
constexpr uint8_t kOpus = 111;
constexpr uint8_t kVp8 = 96;
constexpr size_t kTimeSize = 8;  // octets that begin each payload
constexpr std::chrono::seconds kReportInterval{1};

int64_t nanoseconds_of(TimePoint time) {
    return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

}  // namespace

std::vector<Content> Publisher::contents() {
    Content audio;
    audio.name = "0";
    audio.kind = MediaKind::audio;
    audio.codecs = {{.payload_type = kOpus,
                     .name = "opus",
                     .clock_rate = 48'000,
                     .channels = 2,
                     .parameters = {},
                     .feedback = {}}};
    audio.sources = {{kAudioSsrc, {{"cname", "bench"}, {"msid", "stream audio"}}}};
    Content video;
    video.name = "1";
    video.kind = MediaKind::video;
    video.codecs = {{.payload_type = kVp8,
                     .name = "VP8",
                     .clock_rate = 90'000,
                     .parameters = {},
                     .feedback = {{"nack", ""}, {"nack", "pli"}, {"goog-remb", ""}}}};
    video.sources = {{kVideoSsrc, {{"cname", "bench"}, {"msid", "stream video"}}}};
    return {audio, video};
}

Publisher::Publisher(PeerThread& thread, const Rates& rates, const Window& window)
    : LoadPeer(thread, IceAgent::Role::controlling), window_(window) {
    const auto add = [&](uint32_t ssrc, uint8_t type, uint32_t clock_rate, uint32_t rate,
                         size_t size) {
        streams_.push_back(
            {ssrc, type, clock_rate, rate, std::vector<uint8_t>(std::max(size, kTimeSize), 0x55)});
    };
    add(kAudioSsrc, kOpus, 48'000, rates.audio_packets_per_second, rates.audio_payload_bytes);
    add(kVideoSsrc, kVp8, 90'000, rates.video_packets_per_second, rates.video_payload_bytes);
}

void Publisher::tick(TimePoint now) {
    if (!connected()) return;
    if (start_ == TimePoint{}) start_ = now;
    const std::chrono::duration<double> elapsed = now - start_;
    for (Stream& stream : streams_) {
        const auto due = static_cast<uint32_t>(elapsed.count() * stream.packets_per_second);
        while (stream.packets < due)
            send(stream, now);
    }
    if (now < next_report_) return;
    next_report_ = now + kReportInterval;
    for (const Stream& stream : streams_)
        report(stream, now);
}

void Publisher::send(Stream& stream, TimePoint now) {
    const int64_t sent_ns = nanoseconds_of(Clock::now());
    write_u64(stream.payload.data(), static_cast<uint64_t>(sent_ns));
    send_rtp({.marker = true,
              .payload_type = stream.payload_type,
              .sequence = static_cast<uint16_t>(stream.packets),
              .timestamp = media_ticks(now - start_, stream.clock_rate),
              .ssrc = stream.ssrc,
              .extensions = {}},
             stream.payload);
    ++stream.packets;
    if (window_.contains(sent_ns)) ++sent_;
}

void Publisher::report(const Stream& stream, TimePoint now) {
    RtcpWriter writer;
    writer.sender_report({.ssrc = stream.ssrc,
                          .ntp = ntp_duration(now.time_since_epoch()),
                          .rtp_timestamp = media_ticks(now - start_, stream.clock_rate),
                          .packet_count = stream.packets,
                          .octet_count = 0});
    writer.source_description(stream.ssrc, "bench");
    send_rtcp(writer);
}

Receiver::Receiver(PeerThread& thread, const Window& window)
    : LoadPeer(thread, IceAgent::Role::controlled), window_(window) {}

void Receiver::on_rtp(std::span<const uint8_t> packet, const RtpHeader& header) {
    highest_[header.ssrc] = header.sequence;
    if (header.payload_size < kTimeSize) return;
    const auto sent_ns = static_cast<int64_t>(read_u64(&packet[header.header_size]));
    if (!window_.contains(sent_ns)) return;
    const int64_t elapsed_ns = nanoseconds_of(Clock::now()) - sent_ns;
    latencies_.push_back(static_cast<uint32_t>(elapsed_ns / 1000));
    ++received_;
}

void Receiver::tick(TimePoint now) {
    if (!connected() || now < next_report_ || highest_.empty()) return;
    next_report_ = now + kReportInterval;
    std::vector<ReportBlock> blocks;
    for (const auto& [ssrc, sequence] : highest_) {
        ReportBlock block{.ssrc = ssrc};
        block.extended_highest_sequence = sequence;
        blocks.push_back(block);
    }
    RtcpWriter writer;
    writer.receiver_report(1, blocks);
    writer.source_description(1, "bench");
    send_rtcp(writer);
}

}  // namespace parley::sfu::bench
