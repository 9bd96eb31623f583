#include "sfu/subscribe_session.hpp"

#include <algorithm>

#include "sfu/negotiation.hpp"
#include "sfu/random.hpp"

namespace parley::sfu {

namespace {

// Of one feedback message: a receiver that misses more needs a key frame.
constexpr size_t kNackPairsMax = 64;
constexpr size_t kFirEntriesMax = 8;

}  // namespace

SubscribeSession::SubscribeSession(MediaContext context, SessionId id, ParticipantId receiver,
                                   PublishSession& source, OnFailure on_failure)
    : Session(context, id, std::move(receiver), std::move(on_failure)), source_(source) {
    std::vector<uint32_t> used;
    offered_ = offer_contents(source.contents(), random_token(), [&] {
        uint32_t ssrc = random_ssrc();
        while (std::find(used.begin(), used.end(), ssrc) != used.end())
            ssrc = random_ssrc();
        used.push_back(ssrc);
        return ssrc;
    });
}

SubscribeSession::~SubscribeSession() {
    for (auto& stream : streams_)
        stream->source().remove_receiver(*stream);
}

void SubscribeSession::offer() {
    if (open(IceAgent::Role::controlling)) emit_description(offered_, Fingerprint::Setup::actpass);
}

void SubscribeSession::answer(const SessionDescription& answer) {
    if (!transport_ || answered_) return;
    answered_ = true;
    const auto subscriptions = negotiate_subscription(source_.contents(), offered_, answer);
    if (!subscriptions) return fail(subscriptions.error().reason, subscriptions.error().text);
    for (const auto& subscription : *subscriptions) {
        const auto& attributes = offered_[subscription.content].sources.front().attributes;
        streams_.push_back(std::make_unique<OutboundStream>(
            source_.stream(subscription.content), subscription.rules, attributes.front().second,
            *transport_, context_.out, packets_dropped_, context_.loop.now()));
    }
    connect(answer.transport);
}

void SubscribeSession::on_connected() {
    for (auto& stream : streams_) {
        stream->source().add_receiver(*stream);
        source_.request_keyframe(stream->source(), context_.loop.now());
    }
}

/// Nothing is received here but feedback.
void SubscribeSession::on_srtp(std::span<uint8_t>) {
    ++packets_dropped_;
}

OutboundStream* SubscribeSession::find(uint32_t ssrc) {
    const auto found = std::find_if(streams_.begin(), streams_.end(),
                                    [&](const auto& stream) { return stream->ssrc() == ssrc; });
    return found == streams_.end() ? nullptr : found->get();
}

void SubscribeSession::on_rtcp(const RtcpPacket& packet) {
    for (size_t i = 0; const auto block = packet.report_block(i); ++i) {
        if (auto* stream = find(block->ssrc)) stream->on_report_block(*block, context_.loop.now());
    }
    if (packet.type == RtcpType::transport_feedback) return on_nack(packet);
    if (packet.type != RtcpType::payload_feedback) return;
    if (packet.count == static_cast<uint8_t>(PayloadFeedback::pli)) {
        if (const auto ssrc = packet.media_ssrc()) on_picture_loss(*ssrc);
    }
    for (size_t i = 0; i < kFirEntriesMax; ++i) {
        const auto ssrc = packet.full_intra_request(i);
        if (!ssrc) break;
        on_picture_loss(*ssrc);
    }
}

void SubscribeSession::on_nack(const RtcpPacket& packet) {
    const auto ssrc = packet.media_ssrc();
    auto* stream = ssrc ? find(*ssrc) : nullptr;
    if (stream == nullptr) return;
    if (packet.nack(0)) ++stream->counters().nacks;
    const auto now = context_.loop.now();
    for (size_t i = 0; i < kNackPairsMax; ++i) {
        const auto nack = packet.nack(i);
        if (!nack) return;
        stream->resend(nack->packet_id, now);
        for (uint16_t bit = 0; bit < 16; ++bit) {
            if (((nack->bitmask >> bit) & 1) == 0) continue;
            stream->resend(static_cast<uint16_t>(nack->packet_id + bit + 1), now);
        }
    }
}

void SubscribeSession::on_picture_loss(uint32_t ssrc) {
    auto* stream = find(ssrc);
    if (stream == nullptr) return;
    ++stream->counters().keyframe_requests;
    source_.request_keyframe(stream->source(), context_.loop.now());
}

void SubscribeSession::on_report_due(TimePoint now) {
    for (auto& stream : streams_) {
        const auto info = stream->sender_report(now);
        if (!info) continue;
        RtcpWriter writer;
        writer.sender_report(*info);
        writer.source_description(stream->ssrc(), stream->cname());
        send_rtcp(writer);
    }
}

void SubscribeSession::say_goodbye() {
    for (auto& stream : streams_) {
        RtcpWriter writer;
        writer.receiver_report(stream->ssrc(), {});
        writer.source_description(stream->ssrc(), stream->cname());
        const std::array<uint32_t, 2> ssrcs{stream->ssrc(), stream->rtx_ssrc()};
        writer.bye({ssrcs.data(), stream->rtx_ssrc() == 0 ? size_t{1} : size_t{2}});
        send_rtcp(writer);
    }
}

std::vector<StreamStatistics> SubscribeSession::measure_streams(TimePoint now) {
    std::vector<StreamStatistics> measured;
    measured.reserve(streams_.size());
    for (auto& stream : streams_)
        measured.push_back(stream->measure(now));
    return measured;
}

}  // namespace parley::sfu
