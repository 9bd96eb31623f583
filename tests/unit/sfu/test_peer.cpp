#include "tests/unit/sfu/test_peer.hpp"

#include <algorithm>

#include "sfu/packet_in.hpp"

namespace parley::sfu::test {

PeerThread::PeerThread() {
    thread_ = std::thread([this] {
        loop.run(
            [this](TimePoint now) {
                if (on_tick) on_tick(now);
            },
            [] {});
    });
}

PeerThread::~PeerThread() {
    loop.stop();
    thread_.join();
}

void PeerThread::run(const std::function<void()>& task) {
    std::promise<void> done;
    loop.post([&] {
        task();
        done.set_value();
    });
    done.get_future().wait();
}

TestPeer::TestPeer(PeerThread& thread, IceAgent::Role role) : thread_(thread) {
    thread_.run([&] {
        transport_ =
            MediaTransport::create(thread_.loop, thread_.ice, thread_.identity, role, *this);
    });
}

TestPeer::~TestPeer() {
    thread_.run([&] { transport_.reset(); });
}

Transport TestPeer::describe(Fingerprint::Setup setup) {
    Transport transport;
    thread_.run([&] { transport = transport_->describe(setup); });
    return transport;
}

void TestPeer::connect(const Transport& remote, DtlsTransport::Role role) {
    thread_.run([&] {
        transport_->connect(remote, role);
        transport_->add_remote_candidates(remote.candidates, 64);
    });
}

Transport TestPeer::restart_ice() {
    Transport transport;
    thread_.run([&] { transport = transport_->restart_ice().value(); });
    return transport;
}

void TestPeer::set_remote(const Transport& remote) {
    thread_.run([&] {
        transport_->set_remote_credentials(remote);
        transport_->add_remote_candidates(remote.candidates, 64);
    });
}

void TestPeer::add_remote_candidates(const std::vector<Candidate>& candidates) {
    thread_.run([&] { transport_->add_remote_candidates(candidates, 64); });
}

void TestPeer::send_rtp(const RtpFields& fields, std::span<const uint8_t> payload) {
    thread_.run([&] {
        std::vector<uint8_t> packet(1600);
        const size_t header = write_rtp_header(packet, fields);
        std::copy(payload.begin(), payload.end(), packet.begin() + static_cast<ptrdiff_t>(header));
        const size_t size = transport_->srtp().protect_rtp(packet, header + payload.size());
        transport_->send({packet.data(), size});
    });
}

void TestPeer::send_rtcp(const RtcpWriter& writer) {
    thread_.run([&] {
        std::vector<uint8_t> packet(1600);
        const auto bytes = writer.bytes();
        std::copy(bytes.begin(), bytes.end(), packet.begin());
        const size_t size = transport_->srtp().protect_rtcp(packet, bytes.size());
        transport_->send({packet.data(), size});
    });
}

void TestPeer::send_raw(std::span<const uint8_t> datagram) {
    thread_.run([&] { transport_->send(datagram); });
}

void TestPeer::close() {
    thread_.run([&] { transport_->close(); });
}

bool TestPeer::connected() const {
    const std::lock_guard lock(mutex_);
    return connected_;
}

bool TestPeer::failed() const {
    const std::lock_guard lock(mutex_);
    return failed_;
}

std::vector<ReceivedRtp> TestPeer::received(uint32_t ssrc) const {
    const std::lock_guard lock(mutex_);
    const auto found = rtp_.find(ssrc);
    return found == rtp_.end() ? std::vector<ReceivedRtp>{} : found->second;
}

size_t TestPeer::received_count(uint32_t ssrc) const {
    const std::lock_guard lock(mutex_);
    const auto found = rtp_.find(ssrc);
    return found == rtp_.end() ? 0 : found->second.size();
}

std::vector<TestPeer::ReceivedRtcp> TestPeer::received_rtcp(RtcpType type) const {
    const std::lock_guard lock(mutex_);
    std::vector<ReceivedRtcp> result;
    std::copy_if(rtcp_.begin(), rtcp_.end(), std::back_inserter(result),
                 [&](const auto& packet) { return packet.type == type; });
    return result;
}

void TestPeer::drop(uint32_t ssrc, size_t index) {
    const std::lock_guard lock(mutex_);
    drops_.emplace_back(ssrc, index);
}

void TestPeer::on_transport_connected() {
    const std::lock_guard lock(mutex_);
    connected_ = true;
}

void TestPeer::on_transport_failed(Reason, std::string) {
    const std::lock_guard lock(mutex_);
    failed_ = true;
}

void TestPeer::on_srtp(std::span<uint8_t> packet) {
    if (lost(rtp_ssrc(packet))) return;
    const size_t size = transport_->srtp().unprotect_rtp(packet);
    const auto plain = packet.first(size);
    const auto header = RtpHeader::parse(plain);
    if (!header) return;
    ReceivedRtp received{.header = *header, .payload = {}, .extensions = {}};
    const auto body = plain.subspan(header->header_size, header->payload_size);
    received.payload.assign(body.begin(), body.end());
    ExtensionReader reader(plain, *header);
    while (const auto element = reader.next()) {
        received.extensions[element->id].assign(element->value.begin(), element->value.end());
    }
    const std::lock_guard lock(mutex_);
    rtp_[header->ssrc].push_back(std::move(received));
}

bool TestPeer::lost(uint32_t ssrc) {
    const std::lock_guard lock(mutex_);
    const std::pair arrival(ssrc, arrivals_[ssrc]++);
    return std::find(drops_.begin(), drops_.end(), arrival) != drops_.end();
}

void TestPeer::on_srtcp(std::span<uint8_t> packet) {
    const size_t size = transport_->srtp().unprotect_rtcp(packet);
    RtcpReader reader(packet.first(size));
    const std::lock_guard lock(mutex_);
    for (size_t place = 0; const auto each = reader.next(); ++place) {
        rtcp_.push_back({each->type, each->count, place, {each->body.begin(), each->body.end()}});
    }
}

bool wait_until(const std::function<bool()>& condition) {
    const auto end = Clock::now() + std::chrono::minutes(1);
    while (!condition()) {
        if (Clock::now() > end) return false;
        std::this_thread::sleep_for(milliseconds(5));
    }
    return true;
}

}  // namespace parley::sfu::test
