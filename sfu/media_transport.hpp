#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sfu/dtls_transport.hpp"
#include "sfu/ice_agent.hpp"
#include "sfu/sfu.hpp"
#include "sfu/srtp_session.hpp"

namespace parley::sfu {

class PacketOut;

/// ICE, then DTLS, then SRTP: the path to one peer. Loop thread only.
class MediaTransport final : IceAgent::Observer, DtlsTransport::Observer {
  public:
    enum class State : uint8_t { connecting, connected, closed, failed };

    /// The transport must not be destroyed in these: use MediaLoop::defer.
    class Observer {
      public:
        /// After `describe`: what was not in it. `last`: gathering is complete.
        virtual void on_candidates(std::vector<Candidate> candidates, bool last) = 0;
        virtual void on_transport_connected() = 0;
        virtual void on_transport_failed(Reason reason, std::string text) = 0;
        /// Still protected; the bytes may be written to.
        virtual void on_srtp(std::span<uint8_t> packet) = 0;
        virtual void on_srtcp(std::span<uint8_t> packet) = 0;
        virtual void on_unknown_datagram() = 0;

      protected:
        ~Observer() = default;
    };

    /// nullptr where no ICE agent can be had or nothing can be bound.
    static std::unique_ptr<MediaTransport> create(MediaLoop& loop, const IceConfig& ice,
                                                  const DtlsIdentity& identity, IceAgent::Role role,
                                                  Observer& observer);
    ~MediaTransport();

    /// The SFU's side for an offer or answer.
    Transport describe(Fingerprint::Setup setup);

    /// The peer's side, as `check_transport` has passed it; candidates are added apart.
    void connect(const Transport& remote, DtlsTransport::Role role);

    /// Valid ones of at most `limit` over the transport's life; returns how many were dropped.
    size_t add_remote_candidates(const std::vector<Candidate>& candidates, size_t limit);

    /// RFC 8445 s9: new credentials on this side, with the candidates gathered so far. The selected
    /// pair is used until there is another. Nothing where libnice does not restart.
    std::optional<Transport> restart_ice();
    /// The peer's after a restart, which `acceptable_credentials` has passed; candidates are added
    /// apart.
    void set_remote_credentials(const Transport& remote);

    /// To be called every tick.
    void handle_timeout();

    /// While connected; what cannot be sent at once is dropped and counted.
    void send(std::span<const uint8_t> datagram) { send(datagram, datagram.size()); }

    /// The same for datagrams of `segment_size` octets each: see UdpPath::send.
    void send(std::span<const uint8_t> datagrams, size_t segment_size);

    /// Datagrams that the kernel took not, over the transport's life.
    uint64_t unsent() const { return unsent_; }

    /// What holds packets for the transport, if anything does.
    void set_packet_out(PacketOut* out) { packet_out_ = out; }

    /// Sends close_notify.
    void close();

    State state() const { return state_; }

    bool gathered() const { return gathered_; }

    /// Nothing before ICE has one.
    const std::optional<CandidatePair>& selected_pair() const { return ice_->selected_pair(); }

    /// Of the selected pair; -1 where there is none or it is a relay's or TCP.
    int socket() const { return ice_->socket(); }

    TimePoint last_heard() const { return ice_->last_heard(); }

    /// There while connected.
    SrtpSession& srtp() { return *srtp_; }

  private:
    MediaTransport(const DtlsIdentity& identity, Observer& observer)
        : identity_(identity), observer_(observer) {}

    void on_ice_connected() override;
    void on_ice_failed() override;
    void on_ice_candidate(Candidate candidate) override;
    void on_ice_gathered() override;
    void on_datagram(std::span<uint8_t> datagram) override;
    void send_dtls(std::span<const uint8_t> datagram) override;
    void on_dtls_connected(const SrtpKeys& keys) override;
    void on_dtls_failed(std::string text) override;
    void on_dtls_closed() override;

    void on_dtls_datagram(std::span<const uint8_t> datagram);
    void fail(Reason reason, std::string text);

    static constexpr size_t kEarlyMax = 8;  ///< DTLS datagrams kept until ICE has a pair

    const DtlsIdentity& identity_;
    Observer& observer_;
    std::unique_ptr<IceAgent> ice_;
    std::unique_ptr<DtlsTransport> dtls_;
    std::optional<SrtpSession> srtp_;
    State state_ = State::connecting;
    bool described_ = false;
    bool gathered_ = false;
    uint64_t unsent_ = 0;
    PacketOut* packet_out_ = nullptr;
    size_t remote_candidates_ = 0;
    std::vector<Candidate> candidates_;
    std::vector<std::vector<uint8_t>> early_;
};

}  // namespace parley::sfu
