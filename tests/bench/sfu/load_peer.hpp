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

/// One session of a client. Public functions: the main thread; what they do runs in the peer's.
class LoadPeer : MediaTransport::Observer {
  public:
    LoadPeer(PeerThread& thread, IceAgent::Role role);
    virtual ~LoadPeer();
    LoadPeer(const LoadPeer&) = delete;
    LoadPeer& operator=(const LoadPeer&) = delete;

    Transport describe(Fingerprint::Setup setup);
    /// The peer begins the DTLS handshake.
    void connect(const Transport& remote);

    bool connected() const { return connected_; }

  protected:
    virtual void on_rtp(std::span<const uint8_t>, const RtpHeader&) {}

    void send_rtp(const RtpFields& fields, std::span<const uint8_t> payload);
    void send_rtcp(const RtcpWriter& writer);

    PeerThread& thread_;

  private:
    void on_candidates(std::vector<Candidate>, bool) override {}

    void on_transport_connected() override { connected_ = true; }

    void on_transport_failed(Reason, std::string) override { connected_ = false; }

    void on_srtp(std::span<uint8_t> packet) override;

    void on_srtcp(std::span<uint8_t>) override {}

    void on_unknown_datagram() override {}

    std::unique_ptr<MediaTransport> transport_;
    std::atomic<bool> connected_ = false;
};

}  // namespace parley::sfu::bench
