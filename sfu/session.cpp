#include "sfu/session.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "sfu/byte_order.hpp"
#include "sfu/candidate_filter.hpp"
#include "sfu/random.hpp"
#include "sfu/srtp_gcm.hpp"

namespace parley::sfu {

Session::Session(const MediaContext& context, SessionId id, ParticipantId participant,
                 Callbacks callbacks)
    : context_(context),
      id_(id),
      participant_(std::move(participant)),
      callbacks_(std::move(callbacks)),
      opened_(context.loop.now()),
      // Spread, so that the sessions of one moment do not all report at once.
      next_report_(context.loop.now() + milliseconds(random_u32() % kReportInterval.count())),
      publication_(context, *this),
      delivery_(context, *this) {}

Session::~Session() = default;

SessionStatistics Session::measure(TimePoint now) {
    auto streams = publication_.measure(now);
    for (auto& stream : delivery_.measure(now))
        streams.push_back(std::move(stream));
    return {.pair = connected() ? transport_->selected_pair() : std::nullopt,
            .packets_dropped = packets_dropped_ + (transport_ ? transport_->unsent() : 0),
            .bandwidth = delivery_.bandwidth(),
            .streams = std::move(streams)};
}

uint32_t Session::next_ssrc() {
    uint32_t ssrc = random_ssrc();
    while (std::find(used_ssrcs_.begin(), used_ssrcs_.end(), ssrc) != used_ssrcs_.end())
        ssrc = random_ssrc();
    used_ssrcs_.push_back(ssrc);
    return ssrc;
}

bool Session::has_room_for_stream() const {
    return used_ssrcs_.size() + 2 <= SrtpGcmSender::kStreamsMax;
}

/// In a session of one source its own name; else one that is nobody's in this session.
std::string Session::content_name(const std::string& source_name) {
    if (!publishes_) return source_name;
    for (;;) {
        auto name = "r" + std::to_string(++contents_named_);
        const bool taken = std::any_of(offered_.begin(), offered_.end(),
                                       [&](const auto& content) { return content.name == name; });
        if (!taken) return name;
    }
}

bool Session::open(IceAgent::Role role) {
    transport_ =
        MediaTransport::create(context_.loop, context_.ice, context_.identity, role, *this);
    if (transport_) return true;
    fail(Reason::failed_transport,
         "no UDP port could be bound on the configured addresses and ports");
    return false;
}

void Session::answer(const SessionDescription& offer, std::vector<PublishedContent> contents) {
    publishes_ = true;
    if (!open(IceAgent::Role::controlled)) return;
    std::vector<Content> answered;
    for (const auto& content : contents)
        answered.push_back(content.answer);
    add_contents(offer.contents, std::move(contents));
    emit_description(std::move(answered), Fingerprint::Setup::passive);
    connect(offer.transport);
}

void Session::offer(Session& source) {
    source_ = &source;
    if (!open(IceAgent::Role::controlling)) return;
    auto contents = delivery_.offer(source.participant(), source.publication(), numbering_,
                                    [this](const auto& name) { return content_name(name); });
    if (contents.empty()) {
        return fail(Reason::unsupported_applications, "the source sends nothing");
    }
    emit_description(std::move(contents), Fingerprint::Setup::actpass);
}

void Session::offer_more(Session& source) {
    if (over_) return;
    auto contents = delivery_.offer(source.participant(), source.publication(), numbering_,
                                    [this](const auto& name) { return content_name(name); });
    context_.emit(LocalContents{
        .session = id_, .source = source.participant(), .contents = std::move(contents)});
}

void Session::set_answer(const SessionDescription& answer) {
    if (!transport_ || over_) return;
    if (answered_) {
        delivery_.take(answer.contents);
        return;
    }
    if (const auto checked = check_answer(answer); !checked) {
        return fail(checked.error().reason, checked.error().text);
    }
    if (delivery_.take(answer.contents) == 0) {
        return fail(Reason::unsupported_applications, "the answer takes none of the offered media");
    }
    connect(answer.transport);
}

void Session::add_contents(const std::vector<Content>& offered,
                           std::vector<PublishedContent> contents) {
    for (const auto& content : offered) {
        numbering_.learn(content);
        const bool taken = std::any_of(contents.begin(), contents.end(), [&](const auto& each) {
            return each.answer.name == content.name;
        });
        if (taken) offered_.push_back(content);
    }
    publication_.add(std::move(contents));
}

void Session::remove_content(std::string_view name) {
    delivery_.remove(name);
    std::erase_if(offered_, [&](const Content& content) { return content.name == name; });
    if (const auto* track = publication_.find(name)) publication_.remove(*track);
}

void Session::restart_ice(const Transport& remote) {
    if (over_ || !transport_ || !answered_) return;
    if (!acceptable_credentials(remote.ufrag, remote.pwd)) return;
    auto local = transport_->restart_ice();
    if (!local) return;
    transport_->set_remote_credentials(remote);
    context_.emit(LocalTransport{.session = id_, .transport = std::move(*local)});
    add_remote_candidates(remote.candidates);
}

void Session::connect(const Transport& remote) {
    const bool peer_is_client = remote.fingerprint->setup != Fingerprint::Setup::passive;
    answered_ = true;
    transport_->connect(remote,
                        peer_is_client ? DtlsTransport::Role::server : DtlsTransport::Role::client);
    add_remote_candidates(remote.candidates);
    add_remote_candidates(std::exchange(early_candidates_, {}));
}

void Session::add_remote_candidates(const std::vector<Candidate>& candidates) {
    if (over_ || !transport_) return;
    const size_t limit = context_.config.candidates_per_session_max;
    if (!answered_) {
        for (const auto& candidate : candidates) {
            if (early_candidates_.size() >= limit) break;
            early_candidates_.push_back(candidate);
        }
        return;
    }
    packets_dropped_ += transport_->add_remote_candidates(candidates, limit);
}

void Session::emit_description(std::vector<Content> contents, Fingerprint::Setup setup) {
    SessionDescription description;
    description.contents = std::move(contents);
    description.transport = transport_->describe(setup);
    context_.emit(LocalDescription{.session = id(), .description = std::move(description)});
    if (!transport_->gathered()) return;
    context_.emit(LocalCandidates{.session = id(), .candidates = {}, .last = true});
}

void Session::fail(Reason reason, std::string text) {
    if (over_) return;
    over_ = true;
    callbacks_.on_failure(*this, reason, std::move(text));
}

void Session::close() {
    if (transport_ && connected()) {
        delivery_.say_goodbye();
        context_.out.flush();
    }
    if (transport_) transport_->close();
    over_ = true;
}

void Session::tick(TimePoint now) {
    if (now < next_tick_ || over_ || !transport_) return;
    transport_->handle_timeout();
    if (over_) return;
    publication_.tell_demand(now);
    if (!connected()) {
        if (now - opened_ <= context_.config.connect_timeout_ms_max) return;
        if (answered_) {
            fail(Reason::connectivity_error, "ICE and DTLS did not connect in time");
        } else {
            fail(Reason::timeout, "the offer was not answered in time");
        }
        return;
    }
    if (now - transport_->last_heard() > context_.config.disconnect_timeout_ms_max) {
        return fail(Reason::timeout, "nothing was heard from the peer for too long");
    }
    publication_.on_tick(now);
    const bool urgent = delivery_.on_tick(now) || publishes_;
    next_tick_ = urgent ? now : now + kQuietTickInterval;
    if (now < next_report_) return;
    next_report_ = now + kReportInterval;
    publication_.on_report_due(now);
    delivery_.on_report_due(now);
}

void Session::send_rtcp(const RtcpWriter& writer) {
    const auto bytes = writer.bytes();
    if (bytes.empty() || over_ || !connected()) return;
    const auto slot = context_.out.reserve();
    std::memcpy(slot.data(), bytes.data(), bytes.size());
    const size_t size = transport_->srtp().protect_rtcp(slot, bytes.size());
    if (size != 0) context_.out.commit(*transport_, size);
}

std::span<const uint8_t> Session::open_rtcp(std::span<uint8_t> packet) {
    // libsrtp keeps state for each sender: an authentic peer must not make it grow without end.
    const uint32_t sender = read_u32(&packet[4]);
    const auto end = rtcp_senders_.begin() + static_cast<ptrdiff_t>(rtcp_sender_count_);
    const bool known = std::find(rtcp_senders_.begin(), end, sender) != end;
    if (!known && rtcp_sender_count_ == kRtcpSendersMax) return {};
    const size_t size = transport_->srtp().unprotect_rtcp(packet);
    if (size != 0 && !known) rtcp_senders_[rtcp_sender_count_++] = sender;
    return packet.first(size);
}

void Session::on_candidates(std::vector<Candidate> candidates, bool last) {
    if (over_) return;
    context_.emit(
        LocalCandidates{.session = id(), .candidates = std::move(candidates), .last = last});
}

void Session::on_transport_connected() {
    if (over_) return;
    context_.emit(SessionConnected{.session = id()});
    delivery_.attach();
}

void Session::on_transport_failed(Reason reason, std::string text) {
    fail(reason, std::move(text));
}

void Session::on_srtp(std::span<uint8_t> packet) {
    publication_.on_srtp(packet);
}

void Session::on_srtcp(std::span<uint8_t> packet) {
    if (over_) return;
    const auto compound = open_rtcp(packet);
    RtcpReader reader(compound);
    while (const auto each = reader.next()) {
        publication_.on_rtcp(*each);
        delivery_.on_rtcp(*each);
    }
    if (compound.empty() || reader.malformed()) ++packets_dropped_;
}

void Session::on_unknown_datagram() {
    ++packets_dropped_;
}

}  // namespace parley::sfu
