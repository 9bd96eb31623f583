#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sfu/delivery.hpp"
#include "sfu/media_context.hpp"
#include "sfu/numbering.hpp"
#include "sfu/publication.hpp"

namespace parley::sfu {

/// One participant's media session: one transport, its own media inbound, others' media outbound.
/// Loop thread only.
class Session final : MediaTransport::Observer {
  public:
    /// Called from within the loop. The session must outlive each call.
    struct Callbacks {
        /// Told once.
        std::function<void(Session&, Reason, std::string)> on_failure;
        /// A packet of the participant's audio: whether it is to be forwarded. On the packet path.
        std::function<bool(Session&, AudioLevel level, TimePoint now)> on_audio_level;
    };

    Session(const MediaContext& context, SessionId id, ParticipantId participant,
            Callbacks callbacks);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    SessionId id() const { return id_; }

    const ParticipantId& participant() const { return participant_; }

    /// The participant's own media; empty in a session that the SFU has opened.
    Publication& publication() { return publication_; }

    Delivery& delivery() { return delivery_; }

    /// Whether the client opened the session, to send its media.
    bool publishes() const { return publishes_; }

    /// The only source of a session that the SFU has opened.
    const Session* source() const { return source_; }

    /// Answers the client's offer with the contents that `negotiate_publication` made of it.
    void answer(const SessionDescription& offer, std::vector<PublishedContent> contents);
    /// Offers the source's media; the source outlives the session.
    void offer(Session& source);
    /// Offers in this session what of the source's media was not offered yet.
    void offer_more(Session& source);
    void set_answer(const SessionDescription& answer);

    /// More contents of the client's own, `offered` by it and negotiated.
    void add_contents(const std::vector<Content>& offered, std::vector<PublishedContent> contents);

    /// Of either half. Nobody receives it any more.
    void remove_content(std::string_view name);

    void restart_ice(const Transport& remote);

    /// Candidates before the peer's credentials are known are kept for later.
    void add_remote_candidates(const std::vector<Candidate>& candidates);

    /// What the client offered to send or receive of what the SFU took: what it can decode.
    const std::vector<Content>& offered() const { return offered_; }

    bool connected() const {
        return transport_ && transport_->state() == MediaTransport::State::connected;
    }

    /// To be called each MediaLoop::kTickInterval.
    void tick(TimePoint now);
    SessionStatistics measure(TimePoint now);

    /// Says good-bye to the peer. Nothing is sent or told afterwards.
    void close();

    // For the session's halves.

    void send_rtcp(const RtcpWriter& writer);

    MediaTransport& transport() { return *transport_; }

    void count_dropped() { ++packets_dropped_; }

    uint64_t& packets_dropped() { return packets_dropped_; }

    bool on_audio_level(AudioLevel level, TimePoint now) {
        return callbacks_.on_audio_level(*this, level, now);
    }

    /// The participant's number in the conference's choice of speakers.
    std::optional<size_t> speaker_index;

    /// Not used in this session so far.
    uint32_t next_ssrc();

    /// Whether the transport can carry another media and RTX stream: it keeps something of each it
    /// ever had.
    bool has_room_for_stream() const;

  private:
    bool open(IceAgent::Role role);
    void connect(const Transport& remote);
    void emit_description(std::vector<Content> contents, Fingerprint::Setup setup);
    void fail(Reason reason, std::string text);
    std::string content_name(const std::string& source_name);
    /// Decrypts; empty where that fails or the sender is one too many.
    std::span<const uint8_t> open_rtcp(std::span<uint8_t> packet);

    void on_candidates(std::vector<Candidate> candidates, bool last) override;
    void on_transport_connected() override;
    void on_transport_failed(Reason reason, std::string text) override;
    void on_srtp(std::span<uint8_t> packet) override;
    void on_srtcp(std::span<uint8_t> packet) override;
    void on_unknown_datagram() override;

    /// RFC 3550 s6.2 asks for 5 s in plain AVP; feedback profiles report more often (RFC 4585
    /// s3.5).
    static constexpr milliseconds kReportInterval{1'000};
    /// Of a session that has nothing urgent to do, so that a thousand of them cost little.
    static constexpr milliseconds kQuietTickInterval{50};
    static constexpr size_t kRtcpSendersMax = 256;  ///< SSRCs that one peer may report from

    const MediaContext& context_;
    SessionId id_;
    ParticipantId participant_;
    Callbacks callbacks_;
    TimePoint opened_;
    TimePoint next_tick_{};
    TimePoint next_report_;
    bool publishes_ = false;
    const Session* source_ = nullptr;
    bool answered_ = false;
    bool over_ = false;
    Numbering numbering_;
    std::vector<Content> offered_;
    std::vector<uint32_t> used_ssrcs_;
    uint32_t contents_named_ = 0;
    uint64_t packets_dropped_ = 0;
    std::vector<Candidate> early_candidates_;
    std::array<uint32_t, kRtcpSendersMax> rtcp_senders_{};
    size_t rtcp_sender_count_ = 0;
    std::unique_ptr<MediaTransport> transport_;
    Publication publication_;
    Delivery delivery_;
};

}  // namespace parley::sfu
