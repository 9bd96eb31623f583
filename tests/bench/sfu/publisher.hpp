#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "tests/bench/sfu/load_peer.hpp"

namespace parley::sfu::bench {

/// What one publisher sends. Its thread only.
class Publisher {
  public:
    static constexpr uint32_t kFramesPerSecond = 30;
    static constexpr uint32_t kPacketsPerFrame = 5;
    static constexpr size_t kVideoPacketSize = 1'200;  ///< octets, header included
    static constexpr uint32_t kAudioPacketsPerSecond = 50;
    static constexpr size_t kAudioPacketSize = 92;

    /// Begins at `start`.
    Publisher(LoadPeer& peer, uint32_t number, TimePoint start);

    /// When `poll` has something to send.
    TimePoint due() const { return std::min({next_frame_, next_audio_, next_report_}); }

    void poll(TimePoint now, Tally& tally);

  private:
    void send_frame(TimePoint now, Tally& tally);
    void send_audio(TimePoint now, Tally& tally);
    void report(TimePoint now);

    LoadPeer& peer_;
    uint32_t number_;
    TimePoint start_;
    TimePoint next_frame_;
    TimePoint next_audio_;
    TimePoint next_report_;
    uint16_t video_sequence_ = 0;
    uint16_t audio_sequence_ = 0;
    std::vector<uint8_t> video_;  ///< payload
    std::vector<uint8_t> audio_;
};

}  // namespace parley::sfu::bench
