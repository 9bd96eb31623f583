#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sfu/media_loop.hpp"
#include "sfu/media_transport.hpp"
#include "sfu/packet_out.hpp"
#include "sfu/rtcp_packet.hpp"
#include "sfu/sfu.hpp"

namespace parley::sfu {

/// What every session of one media thread shares. All outlive the sessions.
struct MediaContext {
    MediaLoop& loop;
    PacketOut& out;
    const Config& config;
    const IceConfig& ice;
    const DtlsIdentity& identity;
    const std::function<void(Event)>& emit;
    const std::string& cname;  ///< the SFU's own (RFC 7022)
};

/// One participant's media session, in either direction. Loop thread only.
class Session : MediaTransport::Observer {
  public:
    /// Told once, possibly from within a packet's callback: the session must outlive the call.
    using OnFailure = std::function<void(Session&, Reason, std::string)>;

    Session(MediaContext context, SessionId id, ParticipantId participant, OnFailure on_failure);
    virtual ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    SessionId id() const { return id_; }

    const ParticipantId& participant() const { return participant_; }

    bool connected() const {
        return transport_ && transport_->state() == MediaTransport::State::connected;
    }

    /// Candidates before the peer's credentials are known are kept for later.
    void add_remote_candidates(const std::vector<Candidate>& candidates);

    void tick(TimePoint now);
    SessionStatistics measure(TimePoint now);

    /// Says good-bye to the peer. Nothing is sent or told afterwards.
    void close();

  protected:
    bool open(IceAgent::Role role);
    void connect(const Transport& remote);
    void emit_description(std::vector<Content> contents, Fingerprint::Setup setup);
    void fail(Reason reason, std::string text);
    void send_rtcp(const RtcpWriter& writer);
    /// Decrypts; empty where that fails or the sender is one too many.
    std::span<const uint8_t> open_rtcp(std::span<uint8_t> packet);

    virtual void on_connected() = 0;
    virtual void on_rtcp(const RtcpPacket& packet) = 0;
    virtual void on_tick(TimePoint now) = 0;
    virtual void on_report_due(TimePoint now) = 0;

    virtual void say_goodbye() {}

    virtual std::vector<StreamStatistics> measure_streams(TimePoint now) = 0;

    MediaContext context_;
    uint64_t packets_dropped_ = 0;
    std::unique_ptr<MediaTransport> transport_;

  private:
    void on_candidates(std::vector<Candidate> candidates, bool last) override;
    void on_transport_connected() override;
    void on_transport_failed(Reason reason, std::string text) override;
    void on_srtcp(std::span<uint8_t> packet) override;
    void on_unknown_datagram() override;

    /// RFC 3550 s6.2 asks for 5 s in plain AVP; feedback profiles report more often (RFC 4585
    /// s3.5).
    static constexpr milliseconds kReportInterval{1'000};
    static constexpr size_t kRtcpSendersMax = 32;  ///< SSRCs that one peer may report from

    SessionId id_;
    ParticipantId participant_;
    OnFailure on_failure_;
    TimePoint opened_;
    TimePoint next_report_;
    bool answered_ = false;
    bool over_ = false;
    std::vector<Candidate> early_candidates_;
    std::array<uint32_t, kRtcpSendersMax> rtcp_senders_{};
    size_t rtcp_sender_count_ = 0;
};

}  // namespace parley::sfu
