#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "sfu/media_loop.hpp"
#include "sfu/media_transport.hpp"
#include "sfu/rtcp_packet.hpp"
#include "sfu/rtp_header.hpp"

/// A small real client: ICE, DTLS and SRTP over UDP on loopback, with synthetic media.
namespace parley::sfu::test {

/// The thread that peers live on.
class PeerThread {
  public:
    PeerThread();
    ~PeerThread();

    /// Runs in the thread and waits.
    void run(const std::function<void()>& task);

    MediaLoop loop;
    IceConfig ice{.addresses = {"127.0.0.1"}, .public_addresses = {}};
    DtlsIdentity identity;
    std::function<void(TimePoint)> on_tick;

  private:
    std::thread thread_;
};

struct ReceivedRtp {
    RtpHeader header;
    std::vector<uint8_t> payload;
    std::map<uint8_t, std::vector<uint8_t>> extensions;
};

/// One session of a client. All functions: the test's thread.
class TestPeer final : MediaTransport::Observer {
  public:
    TestPeer(PeerThread& thread, IceAgent::Role role);
    ~TestPeer();

    Transport describe(Fingerprint::Setup setup);
    void connect(const Transport& remote, DtlsTransport::Role role);
    /// RFC 8445 s9: the new credentials and candidates.
    Transport restart_ice();
    /// The other side's after a restart.
    void set_remote(const Transport& remote);
    void add_remote_candidates(const std::vector<Candidate>& candidates);

    void send_rtp(const RtpFields& fields, std::span<const uint8_t> payload);
    void send_rtcp(const RtcpWriter& writer);
    void send_raw(std::span<const uint8_t> datagram);
    void close();

    /// To be used in the peer's thread.
    MediaTransport& transport() { return *transport_; }

    bool connected() const;
    bool failed() const;
    std::vector<ReceivedRtp> received(uint32_t ssrc) const;
    size_t received_count(uint32_t ssrc) const;

    /// Copies of the RTCP packets of a type, with their common header's count.
    struct ReceivedRtcp {
        RtcpType type;
        uint8_t count;
        size_t place;  ///< in its datagram; 0: the first
        std::vector<uint8_t> body;

        RtcpPacket view() const { return {.type = type, .count = count, .body = body}; }
    };

    std::vector<ReceivedRtcp> received_rtcp(RtcpType type) const;

    /// Numbers of received RTP packets to drop, as a lossy network does, by SSRC and order of
    /// arrival.
    void drop(uint32_t ssrc, size_t index);

  private:
    void on_candidates(std::vector<Candidate>, bool) override {}

    void on_transport_connected() override;
    void on_transport_failed(Reason reason, std::string text) override;
    void on_srtp(std::span<uint8_t> packet) override;
    void on_srtcp(std::span<uint8_t> packet) override;

    void on_unknown_datagram() override {}

    bool lost(uint32_t ssrc);

    PeerThread& thread_;
    std::unique_ptr<MediaTransport> transport_;
    mutable std::mutex mutex_;
    bool connected_ = false;
    bool failed_ = false;
    std::map<uint32_t, std::vector<ReceivedRtp>> rtp_;
    std::map<uint32_t, size_t> arrivals_;
    std::vector<std::pair<uint32_t, size_t>> drops_;
    std::vector<ReceivedRtcp> rtcp_;
};

/// Until `condition` holds, or a minute is over; whether it holds.
bool wait_until(const std::function<bool()>& condition);

}  // namespace parley::sfu::test
