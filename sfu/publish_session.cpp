#include "sfu/publish_session.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "sfu/packet_in.hpp"
#include "sfu/random.hpp"

namespace parley::sfu {

namespace {

uint64_t video_count(const std::vector<PublishedContent>& contents) {
    return static_cast<uint64_t>(std::count_if(
        contents.begin(), contents.end(),
        [](const PublishedContent& content) { return content.answer.kind == MediaKind::video; }));
}

bool answers_remb(const PublishedContent& content) {
    const RtcpFeedback remb{"goog-remb", ""};
    return std::any_of(content.answer.codecs.begin(), content.answer.codecs.end(),
                       [&](const Codec& codec) {
                           return std::find(codec.feedback.begin(), codec.feedback.end(), remb) !=
                                  codec.feedback.end();
                       });
}

}  // namespace

PublishSession::PublishSession(MediaContext context, SessionId id, ParticipantId participant,
                               std::vector<PublishedContent> contents, OnFailure on_failure)
    : Session(context, id, std::move(participant), std::move(on_failure)),
      contents_(std::move(contents)),
      bandwidth_(video_count(contents_) * context.config.video_bitrate_max),
      local_ssrc_(random_ssrc()) {
    for (const auto& content : contents_) {
        streams_.push_back(std::make_unique<InboundStream>(
            content, context.config.keyframe_interval_ms_min, context.loop.now()));
        remb_ = remb_ || answers_remb(content);
        for (const auto& extension : content.answer.extensions) {
            if (extension.uri == kMidUri) mid_extension_ = extension.id;
        }
    }
}

void PublishSession::answer(const Transport& remote) {
    if (!open(IceAgent::Role::controlled)) return;
    std::vector<Content> answered;
    for (const auto& content : contents_)
        answered.push_back(content.answer);
    emit_description(std::move(answered), Fingerprint::Setup::passive);
    connect(remote);
}

PublishSession::Match PublishSession::find(uint32_t ssrc) {
    for (auto& stream : streams_) {
        if (ssrc == stream->ssrc()) return {stream.get(), false};
        if (ssrc == stream->rtx_ssrc()) return {stream.get(), true};
    }
    return {};
}

/// RFC 9143 s9.2: an SSRC that nobody told belongs to the content its MID names, or else to the
/// only one with its payload type.
PublishSession::Match PublishSession::find_unknown(std::span<const uint8_t> packet) {
    const auto header = RtpHeader::parse(packet);
    if (!header) return {};
    std::string_view mid;
    ExtensionReader reader(packet, *header);
    while (const auto element = reader.next()) {
        if (mid_extension_ != 0 && element->id == mid_extension_) {
            mid = {reinterpret_cast<const char*>(element->value.data()), element->value.size()};
        }
    }
    Match match;
    size_t candidates = 0;
    for (auto& stream : streams_) {
        if (!stream->may_learn(header->payload_type)) continue;
        if (!mid.empty() && mid != stream->name()) continue;
        ++candidates;
        match = {stream.get(), stream->ssrc() != 0};
    }
    return candidates == 1 ? match : Match{};
}

void PublishSession::on_srtp(std::span<uint8_t> packet) {
    const uint32_t ssrc = rtp_ssrc(packet);
    auto match = find(ssrc);
    const bool learning = match.stream == nullptr && ssrc != 0;
    if (learning) match = find_unknown(packet);
    if (match.stream == nullptr) {
        ++packets_dropped_;
        return;
    }
    StoredPacket& slot = match.stream->ring().next();
    std::memcpy(slot.data.data(), packet.data(), packet.size());
    const size_t size = transport_->srtp().unprotect_rtp({slot.data.data(), packet.size()});
    slot.size = static_cast<uint16_t>(size);
    const auto header = RtpHeader::parse(slot.bytes());
    if (!header) {
        ++packets_dropped_;
        return;
    }
    if (learning) match.stream->learn(header->payload_type, ssrc);
    slot.header = *header;
    if (!match.stream->accept(match.retransmitted, context_.loop.now())) {
        ++packets_dropped_;
        return;
    }
    auto& counters = match.stream->counters();
    ++counters.packets;
    counters.bytes += size;
}

void PublishSession::on_connected() {
    for (auto& stream : streams_) {
        if (stream->has_receivers()) request_keyframe(*stream, context_.loop.now());
    }
}

void PublishSession::on_rtcp(const RtcpPacket& packet) {
    const auto info = packet.sender_info();
    if (!info) return;
    const auto match = find(info->ssrc);
    if (match.stream == nullptr || match.retransmitted) return;
    match.stream->clock().on_sender_report(*info, context_.loop.now());
    match.stream->statistics().on_sender_report(info->ntp, context_.loop.now());
}

/// RFC 4585 s3.1: feedback is sent behind a report and the canonical name.
RtcpWriter PublishSession::feedback() const {
    RtcpWriter writer;
    writer.receiver_report(local_ssrc_, {});
    writer.source_description(local_ssrc_, context_.cname);
    return writer;
}

void PublishSession::request_keyframe(InboundStream& stream, TimePoint now) {
    if (stream.kind() != MediaKind::video) return;
    stream.keyframes().want();
    poll_keyframe(stream, now);
}

void PublishSession::poll_keyframe(InboundStream& stream, TimePoint now) {
    if (!connected() || stream.ssrc() == 0 || !stream.keyframes().poll(now)) return;
    auto writer = feedback();
    writer.picture_loss(local_ssrc_, stream.ssrc());
    send_rtcp(writer);
    ++stream.counters().keyframe_requests;
}

void PublishSession::send_nacks(InboundStream& stream, TimePoint now) {
    std::array<uint16_t, NackGenerator::kMissingMax> sequences;
    const size_t count = stream.nacks().due(now, sequences);
    if (count == 0) return;
    auto writer = feedback();
    writer.nack(local_ssrc_, stream.ssrc(), {sequences.data(), count});
    send_rtcp(writer);
    ++stream.counters().nacks;
}

void PublishSession::on_tick(TimePoint now) {
    for (auto& stream : streams_) {
        if (stream->wants_nack()) send_nacks(*stream, now);
        poll_keyframe(*stream, now);
    }
}

void PublishSession::on_report_due(TimePoint now) {
    std::array<ReportBlock, kContentsMax> blocks;
    std::array<uint32_t, kContentsMax> video;
    size_t count = 0;
    size_t video_streams = 0;
    uint8_t worst = 0;
    for (auto& stream : streams_) {
        const auto block = stream->statistics().report(stream->ssrc(), now);
        if (!block) continue;
        blocks[count++] = *block;
        worst = std::max(worst, block->fraction_lost);
        if (stream->kind() == MediaKind::video) video[video_streams++] = stream->ssrc();
    }
    RtcpWriter writer;
    writer.receiver_report(local_ssrc_, {blocks.data(), count});
    writer.source_description(local_ssrc_, context_.cname);
    if (remb_ && video_streams > 0) {
        bandwidth_.on_report(worst);
        writer.estimated_bitrate_max(local_ssrc_, bandwidth_.bits_per_second(),
                                     {video.data(), video_streams});
    }
    send_rtcp(writer);
}

std::vector<StreamStatistics> PublishSession::measure_streams(TimePoint now) {
    std::vector<StreamStatistics> measured;
    measured.reserve(streams_.size());
    for (auto& stream : streams_)
        measured.push_back(stream->measure(now));
    return measured;
}

}  // namespace parley::sfu
