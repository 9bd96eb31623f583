#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sfu/media_transport.hpp"
#include "sfu/rtcp_packet.hpp"
#include "sfu/rtp_header.hpp"
#include "tests/unit/sfu/test_peer.hpp"

/// Clients of a load: real ICE, DTLS and SRTP over UDP, and RTP that says when it was sent.
namespace parley::sfu::bench {

using test::PeerThread;

/// Nanoseconds of the clock that the kernel stamps arriving datagrams with.
int64_t real_time_ns();

/// What the peers of a load got.
struct Tally {
    int64_t begin_ns = 0;  ///< packets that were sent from here on count
    int64_t end_ns = 0;
    uint64_t sent = 0;
    uint64_t received = 0;
    uint64_t unreadable = 0;               ///< RTP that is not authentic, or not protected by GCM
    std::vector<uint32_t> latencies_us{};  ///< from a packet's sending to its arrival at the socket
};

/// One session of a client. The constructor, the destructor, `describe` and `connect`: the main
/// thread; what they do runs in the peer's. All else: the peer's thread.
class LoadPeer : MediaTransport::Observer {
  public:
    LoadPeer(PeerThread& thread, IceAgent::Role role);
    ~LoadPeer();
    LoadPeer(const LoadPeer&) = delete;
    LoadPeer& operator=(const LoadPeer&) = delete;

    Transport describe(Fingerprint::Setup setup);
    /// The peer begins the DTLS handshake.
    void connect(const Transport& remote);

    bool connected() const { return connected_; }  ///< any thread

    /// Sends again what DTLS has lost; to be called while it connects.
    void handle_timeout() { transport_->handle_timeout(); }

    /// Where its datagrams arrive.
    int socket() const { return transport_->socket(); }

    /// The payload's octets from kStampOffset on say when it was sent.
    void send_rtp(const RtpFields& fields, std::span<uint8_t> payload, Tally& tally);
    void send_rtcp(const RtcpWriter& writer);

    /// A datagram that was read from the socket.
    void receive(std::span<uint8_t> datagram, int64_t arrived_ns, Tally& tally);

    /// Reports the streams it has got, and that it could take much more, as browsers do.
    void report();

    static constexpr size_t kStampOffset = 16;
    static constexpr size_t kStampSize = 8;

  private:
    void on_candidates(std::vector<Candidate>, bool) override {}

    void on_transport_connected() override { connected_ = true; }

    void on_transport_failed(Reason, std::string) override { connected_ = false; }

    void on_srtp(std::span<uint8_t>) override {}

    void on_srtcp(std::span<uint8_t>) override {}

    void on_unknown_datagram() override {}

    void note(const RtpHeader& header);

    PeerThread& thread_;
    std::unique_ptr<MediaTransport> transport_;
    std::atomic<bool> connected_ = false;
    std::vector<ReportBlock> streams_;
};

}  // namespace parley::sfu::bench
