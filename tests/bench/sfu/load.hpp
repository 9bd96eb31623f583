#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <vector>

#include "tests/bench/sfu/load_peer.hpp"

namespace parley::sfu::bench {

/// What one publisher sends.
struct Rates {
    uint32_t video_packets_per_second = 250;
    uint32_t video_payload_bytes = 1100;
    uint32_t audio_packets_per_second = 50;
    uint32_t audio_payload_bytes = 80;
};

/// The packets that count: those sent in it.
struct Window {
    std::atomic<int64_t> begin_ns = INT64_MAX;  ///< of Clock
    std::atomic<int64_t> end_ns = INT64_MAX;

    bool contains(int64_t time_ns) const { return time_ns >= begin_ns && time_ns < end_ns; }
};

/// Sends Opus and VP8 at constant rates from its connection on, and a sender report of each every
/// second. Destroyed after its thread's `on_tick` has been taken away.
class Publisher final : public LoadPeer {
  public:
    Publisher(PeerThread& thread, const Rates& rates, const Window& window);

    /// Without transport.
    static std::vector<Content> contents();

    void tick(TimePoint now);  ///< the peer's thread

    uint64_t sent() const { return sent_; }

  private:
    struct Stream {
        uint32_t ssrc;
        uint8_t payload_type;
        uint32_t clock_rate;
        uint32_t packets_per_second;
        std::vector<uint8_t> payload;
        uint32_t packets = 0;
    };

    void send(Stream& stream, TimePoint now);
    void report(const Stream& stream, TimePoint now);

    const Window& window_;
    std::vector<Stream> streams_;
    TimePoint start_{};
    TimePoint next_report_{};
    std::atomic<uint64_t> sent_ = 0;
};

/// Counts what it gets, and reports every second, as a browser does.
class Receiver final : public LoadPeer {
  public:
    Receiver(PeerThread& thread, const Window& window);

    void tick(TimePoint now);  ///< the peer's thread

    uint64_t received() const { return received_; }

    /// Microseconds from each packet's sending to here. When the window is over.
    const std::vector<uint32_t>& latencies() const { return latencies_; }

  private:
    void on_rtp(std::span<const uint8_t> packet, const RtpHeader& header) override;

    const Window& window_;
    std::map<uint32_t, uint16_t> highest_;  ///< sequence number by SSRC
    TimePoint next_report_{};
    std::atomic<uint64_t> received_ = 0;
    std::vector<uint32_t> latencies_;
};

}  // namespace parley::sfu::bench
