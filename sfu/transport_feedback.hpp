#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sfu/media_time.hpp"
#include "sfu/rtcp_packet.hpp"
#include "sfu/sequence.hpp"

/// Transport-wide congestion control feedback
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 s3.1): which packets of a transport arrived,
/// and when.
namespace parley::sfu {

/// Walks one feedback message: a status for each packet from the base sequence number on. The
/// message is borrowed and is checked as a whole before the walk, which therefore cannot fail.
class TransportFeedbackReader {
  public:
    /// s3.1.5: the unit of a receive delta.
    static constexpr microseconds kDeltaUnit{250};
    /// The unit of the reference time, which has 24 bits and wraps.
    static constexpr microseconds kReferenceUnit{64'000};
    static constexpr microseconds kReferenceWrap = kReferenceUnit * (1 << 24);

    struct Status {
        uint16_t sequence = 0;
        /// By the receiver's clock, modulo kReferenceWrap; nothing: not received so far.
        std::optional<microseconds> arrival;
    };

    /// Nothing: another message, no status at all, a reserved symbol (s3.1.1), or chunks or deltas
    /// that do not fit into the body.
    static std::optional<TransportFeedbackReader> parse(const RtcpPacket& packet);

    /// In the order of the sequence numbers, each once.
    std::optional<Status> next();

    uint16_t base_sequence() const { return base_sequence_; }

    /// Packets, received or not.
    uint16_t status_count() const { return status_count_; }

    /// Counts the messages, modulo 256: a gap is feedback that was lost.
    uint8_t feedback_count() const { return feedback_count_; }

  private:
    /// A packet status chunk (s3.1.3, s3.1.4) that is being walked.
    struct Chunk {
        uint16_t bits = 0;
        uint16_t next = 0;  ///< index of the next symbol
        uint16_t size = 0;  ///< symbols
        explicit Chunk(uint16_t chunk_bits);
        Chunk() = default;

        uint8_t symbol(uint16_t index) const;
    };

    explicit TransportFeedbackReader(std::span<const uint8_t> body);

    /// Finds where the deltas begin; false where chunks or deltas do not fit.
    bool check();

    std::span<const uint8_t> body_;
    uint16_t base_sequence_;
    uint16_t status_count_;
    uint8_t feedback_count_;
    microseconds arrival_;  ///< of the latest packet walked, at first the reference time
    uint16_t walked_ = 0;   ///< statuses
    size_t chunk_offset_;
    size_t delta_offset_ = 0;
    Chunk chunk_;
};

/// Tells a sender which of its packets arrived. Bounded: what is further than kWindow behind the
/// newest is forgotten.
class TransportFeedbackGenerator {
  public:
    static constexpr size_t kWindow = 1024;  ///< packets; 2 s of 6 Mbit/s
    /// Received packets of one message: with the worst chunks it still has room in a compound.
    static constexpr size_t kReceivedPerMessageMax = 400;
    /// As libwebrtc does above 220 kbit/s. Less often slows the sender's reaction, more often costs
    /// more than 10 kbit/s.
    static constexpr milliseconds kInterval{50};
    /// At high rates a message is sent before the interval, so that it stays small.
    static constexpr size_t kPacketsDue = 100;

    /// `sequence` of the header extension transport-cc (s2). On the packet path.
    void on_packet(uint16_t sequence, TimePoint arrival);

    /// Whether `write` should be called now.
    bool due(TimePoint now) const;

    /// Appends one message. False: there is nothing to tell, or no room in the compound, and
    /// nothing changed. What does not fit into one message is left for the next call.
    bool write(RtcpWriter& writer, uint32_t sender_ssrc, uint32_t media_ssrc, TimePoint now);

    /// Packets that no message has told of yet.
    size_t pending() const { return pending_; }

  private:
    /// So many in a row from behind the window: the sender began anew.
    static constexpr size_t kStaleMax = 32;

    struct Arrival {
        int64_t sequence = -1;  ///< extended
        TimePoint time{};
        bool told = false;
    };

    Arrival& slot(int64_t sequence) { return arrivals_[static_cast<size_t>(sequence) % kWindow]; }

    void begin(uint16_t sequence);

    std::array<Arrival, kWindow> arrivals_{};
    SequenceUnwrapper unwrapper_;
    int64_t next_ = 0;  ///< extended number that the next message begins with
    size_t stale_ = 0;
    size_t pending_ = 0;
    uint8_t feedback_count_ = 0;
    TimePoint last_written_{};
};

}  // namespace parley::sfu
