#include "sfu/media_transport.hpp"

#include <utility>

#include "sfu/candidate_filter.hpp"
#include "sfu/packet_in.hpp"
#include "sfu/packet_out.hpp"

namespace parley::sfu {

std::unique_ptr<MediaTransport> MediaTransport::create(MediaLoop& loop, const IceConfig& ice,
                                                       const DtlsIdentity& identity,
                                                       IceAgent::Role role, Observer& observer) {
    std::unique_ptr<MediaTransport> transport(new MediaTransport(identity, observer));
    transport->ice_ = IceAgent::create(loop, ice, role, *transport);
    return transport->ice_ && transport->ice_->gather() ? std::move(transport) : nullptr;
}

MediaTransport::~MediaTransport() {
    if (packet_out_ != nullptr) packet_out_->drop(*this);
}

Transport MediaTransport::describe(Fingerprint::Setup setup) {
    described_ = true;
    return {.ufrag = ice_->ufrag(),
            .pwd = ice_->pwd(),
            .fingerprint =
                Fingerprint{.hash = "sha-256", .value = identity_.fingerprint(), .setup = setup},
            .candidates = std::exchange(candidates_, {})};
}

void MediaTransport::connect(const Transport& remote, DtlsTransport::Role role) {
    dtls_ = std::make_unique<DtlsTransport>(identity_, role, *remote.fingerprint,
                                            static_cast<DtlsTransport::Observer&>(*this));
    ice_->set_remote_credentials(remote.ufrag, remote.pwd);
    if (ice_->state() == IceAgent::State::connected) on_ice_connected();
}

size_t MediaTransport::add_remote_candidates(const std::vector<Candidate>& candidates,
                                             size_t limit) {
    std::vector<Candidate> valid;
    for (const auto& candidate : candidates) {
        if (remote_candidates_ + valid.size() >= limit) break;
        if (acceptable(candidate, ice_->remote_tcp())) valid.push_back(candidate);
    }
    remote_candidates_ += valid.size();
    ice_->add_remote_candidates(valid);
    return candidates.size() - valid.size();
}

std::optional<Transport> MediaTransport::restart_ice() {
    if (!ice_->restart()) return std::nullopt;
    return Transport{.ufrag = ice_->ufrag(),
                     .pwd = ice_->pwd(),
                     .fingerprint = std::nullopt,
                     .candidates = ice_->candidates()};
}

void MediaTransport::set_remote_credentials(const Transport& remote) {
    remote_candidates_ = 0;
    ice_->set_remote_credentials(remote.ufrag, remote.pwd);
}

void MediaTransport::handle_timeout() {
    if (dtls_ && state_ == State::connecting) dtls_->handle_timeout();
}

void MediaTransport::send(std::span<const uint8_t> datagrams, size_t segment_size) {
    if (state_ != State::connected) return;
    const size_t count = (datagrams.size() + segment_size - 1) / segment_size;
    unsent_ += count - ice_->send(datagrams, segment_size);
}

void MediaTransport::close() {
    if (dtls_) dtls_->close();
    if (state_ != State::failed) state_ = State::closed;
}

void MediaTransport::on_ice_connected() {
    if (!dtls_) return;
    dtls_->start();
    for (const auto& datagram : std::exchange(early_, {}))
        dtls_->receive(datagram);
}

void MediaTransport::on_ice_failed() {
    // More candidates may come, or the peer may restart ICE: the time limits decide.
}

void MediaTransport::on_ice_candidate(Candidate candidate) {
    if (!described_) {
        candidates_.push_back(std::move(candidate));
    } else {
        observer_.on_candidates({std::move(candidate)}, false);
    }
}

void MediaTransport::on_ice_gathered() {
    gathered_ = true;
    if (described_) observer_.on_candidates({}, true);
}

void MediaTransport::on_datagram(std::span<uint8_t> datagram) {
    switch (classify(datagram)) {
        case DatagramKind::rtp:
            if (state_ == State::connected) observer_.on_srtp(datagram);
            return;
        case DatagramKind::rtcp:
            if (state_ == State::connected) observer_.on_srtcp(datagram);
            return;
        case DatagramKind::dtls:
            return on_dtls_datagram(datagram);
        case DatagramKind::stun:
        case DatagramKind::unknown:
            return observer_.on_unknown_datagram();
    }
}

void MediaTransport::on_dtls_datagram(std::span<const uint8_t> datagram) {
    if (dtls_ && ice_->state() == IceAgent::State::connected) {
        dtls_->receive(datagram);
    } else if (early_.size() < kEarlyMax) {
        early_.emplace_back(datagram.begin(), datagram.end());
    } else {
        observer_.on_unknown_datagram();
    }
}

void MediaTransport::send_dtls(std::span<const uint8_t> datagram) {
    ice_->send(datagram, datagram.size());
}

void MediaTransport::on_dtls_connected(const SrtpKeys& keys) {
    srtp_ = SrtpSession::create(keys);
    if (!srtp_) return fail(Reason::general_error, "libsrtp gives no session");
    state_ = State::connected;
    observer_.on_transport_connected();
}

void MediaTransport::on_dtls_failed(std::string text) {
    fail(Reason::security_error, std::move(text));
}

void MediaTransport::on_dtls_closed() {
    fail(Reason::connectivity_error, "the peer closed the connection");
}

void MediaTransport::fail(Reason reason, std::string text) {
    if (state_ == State::failed || state_ == State::closed) return;
    state_ = State::failed;
    observer_.on_transport_failed(reason, std::move(text));
}

}  // namespace parley::sfu
