#include "sfu/publication.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "sfu/packet_in.hpp"
#include "sfu/random.hpp"
#include "sfu/session.hpp"

namespace parley::sfu {

namespace {

constexpr size_t kStreamsMax = 31;  // report blocks of one packet (RFC 3550 s6.4.1)

bool has_feedback(const PublishedContent& content, const RtcpFeedback& feedback) {
    return std::any_of(
        content.answer.codecs.begin(), content.answer.codecs.end(), [&](const Codec& codec) {
            return std::find(codec.feedback.begin(), codec.feedback.end(), feedback) !=
                   codec.feedback.end();
        });
}

}  // namespace

Publication::Publication(const MediaContext& context, Session& session)
    : context_(context),
      session_(session),
      bandwidth_(0),
      policer_(context.config.participant_bitrate_max, context.loop.now()),
      local_ssrc_(random_ssrc()) {}

void Publication::add(std::vector<PublishedContent> contents) {
    for (auto& content : contents) {
        remb_ = remb_ || has_feedback(content, {"goog-remb", ""});
        extensions_.learn(content.answer.extensions);
        const bool is_video = content.answer.kind == MediaKind::video;
        const auto& config = context_.config;
        const InboundLimits limits{
            .keyframe_interval_min = config.keyframe_interval_ms_min,
            .bits_per_second_max = is_video ? config.video_bitrate_max : config.audio_bitrate_max,
            .packets_kept_max = config.packets_kept_max};
        tracks_.push_back(std::make_unique<InboundTrack>(std::move(content), limits, context_.batch,
                                                         context_.loop.now()));
        demuxer_.add(*tracks_.back());
    }
    const auto video = std::count_if(tracks_.begin(), tracks_.end(), [](const auto& track) {
        return track->kind() == MediaKind::video;
    });
    bandwidth_ =
        BandwidthEstimate(std::min(static_cast<uint64_t>(video) * context_.config.video_bitrate_max,
                                   context_.config.participant_bitrate_max));
}

void Publication::remove(const InboundTrack& track) {
    demuxer_.remove(track);
    std::erase_if(tracks_, [&](const auto& each) { return each.get() == &track; });
}

InboundTrack* Publication::find(std::string_view name) const {
    const auto found = std::find_if(tracks_.begin(), tracks_.end(),
                                    [&](const auto& track) { return track->name() == name; });
    return found == tracks_.end() ? nullptr : found->get();
}

void Publication::on_srtp(std::span<uint8_t> packet) {
    const auto* known = demuxer_.find(rtp_ssrc(packet));
    std::optional<RtpDemuxer::Match> match;
    if (known != nullptr) {
        match = *known;
    } else if (const auto header = RtpHeader::parse(packet)) {
        match = demuxer_.guess(*header, PacketExtensions::read(extensions_, packet, *header));
    }
    if (!match) return session_.count_dropped();
    InboundStream& stream = match->stream();
    StoredPacket& slot = stream.ring().next();
    std::memcpy(slot.data.data(), packet.data(), packet.size());
    const size_t size =
        session_.transport().srtp().unprotect_rtp({slot.data.data(), packet.size()});
    slot.size = static_cast<uint16_t>(size);
    const auto header = RtpHeader::parse(slot.bytes());
    if (!header) return session_.count_dropped();
    if (known == nullptr) demuxer_.learn(header->ssrc, *match);
    slot.header = *header;
    const auto now = context_.loop.now();
    const auto extensions = PacketExtensions::read(extensions_, slot.bytes(), *header);
    if (extensions.transport_sequence) {
        transport_feedback_.on_packet(*extensions.transport_sequence, now);
        latest_ssrc_ = header->ssrc;
    }
    const auto verdict = stream.accept(match->retransmitted, extensions, now);
    if (verdict == InboundStream::Verdict::unacceptable) return session_.count_dropped();
    auto& counters = stream.counters();
    ++counters.packets;
    counters.bytes += size;
    if (verdict == InboundStream::Verdict::padding) return;
    const bool heard =
        !extensions.audio_level || session_.on_audio_level(*extensions.audio_level, now);
    const bool allowed = police(stream, match->track->kind(), size, now);
    match->track->commit(match->encoding, heard && allowed, now);
}

bool Publication::police(InboundStream& stream, MediaKind kind, size_t bytes, TimePoint now) {
    using Limit = RateExceeded::Limit;
    const bool stream_is_fine = stream.policer().accept(bytes, now);
    if (stream_is_fine && policer_.accept(bytes, now)) return true;
    const Limit limit = stream_is_fine             ? Limit::participant
                        : kind == MediaKind::video ? Limit::video
                                                   : Limit::audio;
    exceeded_[static_cast<size_t>(limit)] = true;
    session_.count_dropped();
    return false;
}

void Publication::tell_exceeded() {
    if (exceeded_ == told_exceeded_) return;
    const auto& config = context_.config;
    const std::array<uint64_t, 3> limits{config.video_bitrate_max, config.audio_bitrate_max,
                                         config.participant_bitrate_max};
    for (size_t i = 0; i < limits.size(); ++i) {
        if (exceeded_[i] == told_exceeded_[i]) continue;
        told_exceeded_[i] = true;
        context_.emit(RateExceeded{.session = session_.id(),
                                   .limit = static_cast<RateExceeded::Limit>(i),
                                   .bits_per_second_max = limits[i]});
    }
}

void Publication::on_rtcp(const RtcpPacket& packet) {
    const auto info = packet.sender_info();
    const auto* match = info ? demuxer_.find(info->ssrc) : nullptr;
    if (match == nullptr || match->retransmitted) return;
    match->stream().on_sender_report(*info, context_.loop.now());
}

/// RFC 4585 s3.1: a report and the canonical name, or where RFC 5506 was negotiated, nothing.
RtcpWriter Publication::feedback(const InboundTrack* track) const {
    RtcpWriter writer;
    if (track != nullptr && track->content().answer.rtcp_reduced_size) return writer;
    writer.receiver_report(local_ssrc_, {});
    writer.source_description(local_ssrc_, context_.cname);
    return writer;
}

void Publication::send_keyframe_request(const InboundTrack& track, InboundStream& stream,
                                        TimePoint now) {
    if (stream.ssrc() == 0 || !stream.keyframes().poll(now)) return;
    auto writer = feedback(&track);
    writer.picture_loss(local_ssrc_, stream.ssrc());
    session_.send_rtcp(writer);
    ++stream.counters().keyframe_requests;
}

void Publication::send_nacks(const InboundTrack& track, InboundStream& stream, TimePoint now) {
    std::array<uint16_t, NackGenerator::kMissingMax> sequences;
    const size_t count = stream.nacks().due(now, sequences);
    if (count == 0) return;
    auto writer = feedback(&track);
    writer.nack(local_ssrc_, stream.ssrc(), {sequences.data(), count});
    session_.send_rtcp(writer);
    ++stream.counters().nacks;
}

void Publication::send_transport_feedback(TimePoint now) {
    while (transport_feedback_.due(now)) {
        const auto* latest = demuxer_.find(latest_ssrc_);
        auto writer = feedback(latest ? latest->track : nullptr);
        if (!transport_feedback_.write(writer, local_ssrc_, latest_ssrc_, now)) return;
        session_.send_rtcp(writer);
    }
}

void Publication::on_tick(TimePoint now) {
    for (auto& track : tracks_) {
        const bool is_video = track->kind() == MediaKind::video;
        for (size_t i = 0; i < track->encoding_count(); ++i) {
            auto& stream = track->encoding(i);
            stream.rates().tick(now);
            if (stream.wants_nack()) send_nacks(*track, stream, now);
            if (is_video) send_keyframe_request(*track, stream, now);
        }
    }
    send_transport_feedback(now);
    tell_exceeded();
}

void Publication::tell_demand(TimePoint now) {
    for (auto& track : tracks_) {
        if (track->kind() != MediaKind::video) continue;
        const auto demand = track->demand().poll(now);
        if (!demand) continue;
        context_.emit(ContentDemand{.session = session_.id(),
                                    .content = track->name(),
                                    .wanted = demand->wanted,
                                    .height_max = demand->height_max});
    }
}

void Publication::put_estimate(RtcpWriter& writer, uint8_t worst_loss,
                               std::span<const uint32_t> video_ssrcs) {
    if (!remb_ || video_ssrcs.empty()) return;
    // A publisher that gets transport-wide feedback takes this as the upper bound it is.
    const bool estimates_itself = latest_ssrc_ != 0;
    bandwidth_.on_report(estimates_itself ? uint8_t{0} : worst_loss);
    writer.estimated_bitrate_max(local_ssrc_, bandwidth_.bits_per_second(), video_ssrcs);
}

void Publication::on_report_due(TimePoint now) {
    std::array<ReportBlock, kStreamsMax> blocks;
    std::array<uint32_t, kStreamsMax> video;
    size_t count = 0;
    size_t video_streams = 0;
    uint8_t worst = 0;
    for (auto& track : tracks_) {
        for (size_t i = 0; i < track->encoding_count() && count < kStreamsMax; ++i) {
            auto& stream = track->encoding(i);
            const auto block = stream.statistics().report(stream.ssrc(), now);
            if (!block) continue;
            blocks[count++] = *block;
            worst = std::max(worst, block->fraction_lost);
            if (track->kind() == MediaKind::video) video[video_streams++] = stream.ssrc();
        }
    }
    if (tracks_.empty()) return;
    RtcpWriter writer;
    writer.receiver_report(local_ssrc_, {blocks.data(), count});
    writer.source_description(local_ssrc_, context_.cname);
    put_estimate(writer, worst, {video.data(), video_streams});
    session_.send_rtcp(writer);
}

std::vector<StreamStatistics> Publication::measure(TimePoint now) {
    std::vector<StreamStatistics> measured;
    for (auto& track : tracks_) {
        for (size_t i = 0; i < track->encoding_count(); ++i)
            measured.push_back(track->encoding(i).measure(now));
    }
    return measured;
}

}  // namespace parley::sfu
