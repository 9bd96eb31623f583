#include "sfu/delivery.hpp"

#include <algorithm>
#include <array>

#include "sfu/random.hpp"
#include "sfu/session.hpp"

namespace parley::sfu {

namespace {

// Of one feedback message: a receiver that misses more needs a key frame.
constexpr size_t kNackPairsMax = 64;
constexpr size_t kFirEntriesMax = 8;
constexpr milliseconds kAllocationInterval{100};
// Until more is known: the lowest encoding with all of its temporal layers.
constexpr LayerChoice kFirstChoice{
    .paused = false, .encoding = 0, .temporal_layer = EncodingRate::kLayersMax - 1};
// Where so few are watched none is paused for lack of bandwidth: a bad picture is better than none.
constexpr size_t kAlwaysSent = 2;

constexpr uint64_t kKbit = 1'000;  // bit/s
// A start that most lines carry; where one does not, delay tells within a second.
constexpr BandwidthEstimator::Limits kBandwidth{
    .start = 1'500 * kKbit, .min = 50 * kKbit, .max = 50'000 * kKbit};

/// A track's encodings from the lowest to the highest: by height where all tell it, else as the
/// publisher lists them, which is by convention in that order.
std::array<uint8_t, kEncodingsMax> encoding_order(const InboundTrack& track) {
    std::array<uint8_t, kEncodingsMax> order{0, 1, 2, 3};
    const auto end = order.begin() + static_cast<ptrdiff_t>(track.encoding_count());
    const auto height = [&](uint8_t index) { return track.encoding(index).height(); };
    if (std::all_of(order.begin(), end, [&](uint8_t index) { return height(index) != 0; })) {
        std::stable_sort(order.begin(), end,
                         [&](uint8_t a, uint8_t b) { return height(a) < height(b); });
    }
    return order;
}

/// Nothing where none of the encodings is alive.
std::optional<StreamDemand> demand_of(const InboundTrack& track) {
    StreamDemand demand;
    const auto order = encoding_order(track);
    bool any = false;
    for (size_t i = 0; i < track.encoding_count(); ++i) {
        const auto& stream = track.encoding(order[i]);
        auto& rate = demand.encodings[i];
        rate.alive = stream.rates().alive();
        rate.height = stream.height();
        any = any || rate.alive;
        const uint8_t highest = stream.rates().highest_layer();
        for (uint8_t layer = 0; layer <= highest && layer < rate.bits_per_second.size(); ++layer) {
            rate.bits_per_second[layer] =
                static_cast<uint32_t>(stream.rates().bits_per_second(layer));
        }
    }
    return any ? std::optional(demand) : std::nullopt;
}

}  // namespace

Delivery::Delivery(const MediaContext& context, Session& session)
    : context_(context),
      session_(session),
      bandwidth_(kBandwidth, context.loop.now()),
      next_allocation_(context.loop.now()) {}

Delivery::~Delivery() {
    for (auto& each : contents_)
        detach(each);
}

std::vector<Content> Delivery::offer(
    const ParticipantId& source, const Publication& publication, Numbering& numbering,
    const std::function<std::string(const std::string&)>& content_name) {
    std::vector<Content> offered;
    const auto token = random_token();
    for (const auto& track : publication.tracks()) {
        const bool known = std::any_of(contents_.begin(), contents_.end(),
                                       [&](const auto& each) { return each.track == track.get(); });
        if (known || !track->active() || !session_.has_room_for_stream()) continue;
        auto content = offer_content(track->content(), numbering,
                                     {.content = content_name(track->name()),
                                      .token = token,
                                      .next_ssrc = [this] { return session_.next_ssrc(); }});
        if (!content) continue;
        contents_.push_back({source, track.get(), *content, nullptr, {}});
        if (wishes_) contents_.back().wish = wishes_(source, track->kind());
        select(contents_.back());
        offered.push_back(std::move(*content));
    }
    return offered;
}

size_t Delivery::take(const std::vector<Content>& answered) {
    size_t taken = 0;
    for (const auto& answer : answered) {
        auto* offered = find(answer.name);
        if (offered == nullptr || offered->stream) continue;
        const auto rules = rules_for(offered->track->content(), offered->content, answer);
        if (!rules) continue;
        const auto& attributes = offered->content.sources.front().attributes;
        offered->stream = std::make_unique<OutboundStream>(
            *offered->track, *rules, attributes.front().second,
            SendPath{.transport = session_.transport(),
                     .out = context_.out,
                     .bandwidth = bandwidth_,
                     .retransmissions = retransmissions_,
                     .packets_dropped = session_.packets_dropped()},
            context_.loop.now());
        ++taken;
        if (session_.connected()) attach(*offered);
    }
    return taken;
}

void Delivery::attach() {
    for (auto& each : contents_) {
        if (each.stream) attach(each);
    }
}

void Delivery::attach(OfferedContent& offered) {
    offered.track->add_receiver(*offered.stream);
    select(offered);
    if (offered.wanted()) request_keyframe(*offered.stream);
}

void Delivery::detach(OfferedContent& offered) {
    set_demand(offered, {});
    if (offered.stream) offered.track->remove_receiver(*offered.stream);
}

void Delivery::remove(std::string_view content) {
    std::erase_if(contents_, [&](OfferedContent& each) {
        if (each.content.name != content) return false;
        detach(each);
        return true;
    });
}

void Delivery::remove(const InboundTrack& track) {
    std::erase_if(contents_, [&](OfferedContent& each) {
        if (each.track != &track) return false;
        detach(each);
        return true;
    });
}

bool Delivery::set_active(std::string_view content, bool active) {
    auto* offered = find(content);
    if (offered == nullptr) return false;
    offered->active = active;
    select(*offered);
    return true;
}

void Delivery::set_wishes(const MediaWishes& wishes) {
    wishes_ = wishes;
    for (auto& each : contents_) {
        each.wish = wishes_(each.source, each.track->kind());
        select(each);
    }
}

/// What is offered counts as wanted before it is answered: the publisher has begun by then.
void Delivery::set_demand(OfferedContent& offered, const Demand& demand) {
    offered.track->demand().change(offered.demand, demand);
    offered.demand = demand;
}

/// Whether the stream goes out at all; which of its encodings is for `allocate`.
void Delivery::select(OfferedContent& offered) {
    set_demand(offered, {.wanted = offered.wanted(), .height_max = offered.wish.height_max});
    if (!offered.stream) return;
    next_allocation_ = context_.loop.now();
    if (offered.wanted() == offered.going) return;
    offered.going = offered.wanted();
    apply(offered, offered.going ? kFirstChoice : LayerChoice{});
}

void Delivery::apply(OfferedContent& offered, const LayerChoice& choice) {
    const bool same = offered.choice == choice;
    offered.choice = choice;
    if (choice.paused) return same ? void() : offered.stream->pause();
    // The order may have changed since: heights are told by keyframes.
    const uint8_t encoding = encoding_order(*offered.track)[choice.encoding];
    if (same && offered.stream->selected() == encoding) return;
    const bool all = choice.temporal_layer == kFirstChoice.temporal_layer;
    offered.stream->select(encoding, all ? kTemporalLayersMax - 1 : choice.temporal_layer);
}

void Delivery::allocate(TimePoint now) {
    next_allocation_ = now + kAllocationInterval;
    std::array<StreamDemand, LayerAllocator::kStreamsMax> demands;
    std::array<OfferedContent*, LayerAllocator::kStreamsMax> streams{};
    std::array<LayerChoice, LayerAllocator::kStreamsMax> choices;
    size_t count = 0;
    uint64_t audio = 0;
    for (auto& each : contents_) {
        if (!each.stream || !each.wanted()) continue;
        if (each.track->kind() == MediaKind::audio) {
            audio += each.track->encoding(0).rates().bits_per_second(0);
            continue;
        }
        auto demand = demand_of(*each.track);
        // Nothing is known of what comes: what was chosen goes on.
        if (!demand) continue;
        if (count == demands.size()) {
            apply(each, {});
            continue;
        }
        demand->height_max = each.wish.height_max;
        demand->pinned = each.wish.pinned;
        demand->priority = each.wish.priority;
        demand->present = each.choice;
        demands[count] = *demand;
        streams[count++] = &each;
    }
    if (count == 0) return bandwidth_.set_wanted(0);
    if (count <= kAlwaysSent) {
        for (auto& demand : demands)
            demand.pinned = true;
    }
    const uint64_t estimate = bandwidth_.bits_per_second();
    const auto totals =
        allocator_.allocate({demands.data(), count}, estimate > audio ? estimate - audio : 0, false,
                            now, {choices.data(), count});
    bandwidth_.set_wanted(totals.next == 0 ? 0 : totals.next + audio);
    for (size_t i = 0; i < count; ++i)
        apply(*streams[i], choices[i]);
}

void Delivery::request_keyframe(OutboundStream& stream) {
    if (!stream.is_video() || !stream.selected()) return;
    stream.track().encoding(*stream.selected()).keyframes().want();
}

OutboundStream* Delivery::find(uint32_t ssrc) {
    const auto found = std::find_if(contents_.begin(), contents_.end(), [&](const auto& each) {
        return each.stream && each.stream->ssrc() == ssrc;
    });
    return found == contents_.end() ? nullptr : found->stream.get();
}

Delivery::OfferedContent* Delivery::find(std::string_view content) {
    const auto found = std::find_if(contents_.begin(), contents_.end(),
                                    [&](const auto& each) { return each.content.name == content; });
    return found == contents_.end() ? nullptr : &*found;
}

void Delivery::on_rtcp(const RtcpPacket& packet) {
    const auto now = context_.loop.now();
    std::optional<uint8_t> worst;
    std::optional<microseconds> round_trip;
    for (size_t i = 0; const auto block = packet.report_block(i); ++i) {
        auto* stream = find(block->ssrc);
        if (stream == nullptr) continue;
        stream->on_report_block(*block, now);
        worst = std::max(worst.value_or(0), block->fraction_lost);
        round_trip = std::max(round_trip, stream->round_trip());
    }
    if (worst) bandwidth_.on_receiver_report(*worst, round_trip, now);
    if (packet.type == RtcpType::payload_feedback) return on_payload_feedback(packet);
    if (packet.type != RtcpType::transport_feedback) return;
    if (packet.count == static_cast<uint8_t>(TransportFeedback::transport_cc)) {
        on_transport_feedback(packet, now);
    } else {
        on_nack(packet);
    }
}

void Delivery::on_payload_feedback(const RtcpPacket& packet) {
    if (const auto bitrate = packet.estimated_bitrate_max()) {
        bandwidth_.on_remb(*bitrate, context_.loop.now());
    }
    if (packet.count == static_cast<uint8_t>(PayloadFeedback::pli)) {
        if (const auto ssrc = packet.media_ssrc()) on_picture_loss(*ssrc);
    }
    for (size_t i = 0; i < kFirEntriesMax; ++i) {
        const auto ssrc = packet.full_intra_request(i);
        if (!ssrc) break;
        on_picture_loss(*ssrc);
    }
}

void Delivery::on_nack(const RtcpPacket& packet) {
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

void Delivery::on_transport_feedback(const RtcpPacket& packet, TimePoint now) {
    const bool was_silent = bandwidth_.silent();
    bandwidth_.on_transport_feedback(packet, now);
    const bool is_back = was_silent && !bandwidth_.silent();
    for (auto& each : contents_) {
        if (!each.stream) continue;
        for (const uint32_t tag : bandwidth_.lost())
            each.stream->on_lost(tag, now);
        // So much was lost that the receiver will ask for one anyway.
        if (is_back) request_keyframe(*each.stream);
    }
}

void Delivery::on_picture_loss(uint32_t ssrc) {
    auto* stream = find(ssrc);
    if (stream == nullptr) return;
    ++stream->counters().keyframe_requests;
    request_keyframe(*stream);
}

/// Padding goes into the first stream that can carry it.
void Delivery::pad(TimePoint now) {
    size_t due = bandwidth_.padding_due(now);
    for (auto& each : contents_) {
        if (due == 0) return;
        if (!each.stream || !each.stream->is_video()) continue;
        due -= std::min(due, each.stream->pad(due, now));
    }
}

bool Delivery::on_tick(TimePoint now) {
    if (contents_.empty()) return false;
    if (now >= next_allocation_) allocate(now);
    bool waits = false;
    for (auto& each : contents_) {
        if (!each.stream || !each.stream->waits_for_keyframe()) continue;
        request_keyframe(*each.stream);
        waits = true;
    }
    pad(now);
    return waits || bandwidth_.probing();
}

void Delivery::on_report_due(TimePoint now) {
    for (auto& each : contents_) {
        const auto info = each.stream ? each.stream->sender_report(now) : std::nullopt;
        if (!info) continue;
        RtcpWriter writer;
        writer.sender_report(*info);
        writer.source_description(each.stream->ssrc(), each.stream->cname());
        session_.send_rtcp(writer);
    }
}

void Delivery::say_goodbye() {
    for (auto& each : contents_) {
        if (!each.stream) continue;
        RtcpWriter writer;
        writer.receiver_report(each.stream->ssrc(), {});
        writer.source_description(each.stream->ssrc(), each.stream->cname());
        const std::array<uint32_t, 2> ssrcs{each.stream->ssrc(), each.stream->rtx_ssrc()};
        writer.bye({ssrcs.data(), each.stream->rtx_ssrc() == 0 ? size_t{1} : size_t{2}});
        session_.send_rtcp(writer);
    }
}

std::optional<uint64_t> Delivery::bandwidth() const {
    const bool video = std::any_of(contents_.begin(), contents_.end(), [](const auto& each) {
        return each.stream && each.stream->is_video();
    });
    return video ? std::optional(bandwidth_.bits_per_second()) : std::nullopt;
}

std::vector<StreamStatistics> Delivery::measure(TimePoint now) {
    std::vector<StreamStatistics> measured;
    for (auto& each : contents_) {
        if (each.stream) measured.push_back(each.stream->measure(now));
    }
    return measured;
}

}  // namespace parley::sfu
