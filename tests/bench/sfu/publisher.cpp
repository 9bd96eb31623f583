#include "tests/bench/sfu/publisher.hpp"

#include <algorithm>

#include "tests/bench/sfu/media.hpp"

namespace parley::sfu::bench {

namespace {

using std::chrono::nanoseconds;

constexpr size_t kHeaderSize = 12;
constexpr nanoseconds kFrameInterval{1'000'000'000 / Publisher::kFramesPerSecond};
constexpr nanoseconds kAudioInterval{1'000'000'000 / Publisher::kAudioPacketsPerSecond};
constexpr std::chrono::seconds kReportInterval{1};

// RFC 7741 s4.2 and RFC 6386 s9.1: the beginning of a keyframe of 640x360, so that whoever waits
// for one need not.
constexpr uint8_t kFrameStart[] = {0x10, 0x10, 0x00, 0x00, 0x9d, 0x01,
                                   0x2a, 0x80, 0x02, 0x68, 0x01};
constexpr uint8_t kFrameContinued = 0x00;

}  // namespace

Publisher::Publisher(LoadPeer& peer, uint32_t number, TimePoint start)
    : peer_(peer),
      number_(number),
      start_(start),
      next_frame_(start),
      next_audio_(start),
      next_report_(start),
      video_(kVideoPacketSize - kHeaderSize, 0x55),
      audio_(kAudioPacketSize - kHeaderSize, 0x55) {}

void Publisher::poll(TimePoint now, Tally& tally) {
    for (; next_frame_ <= now; next_frame_ += kFrameInterval)
        send_frame(now, tally);
    for (; next_audio_ <= now; next_audio_ += kAudioInterval)
        send_audio(now, tally);
    for (; next_report_ <= now; next_report_ += kReportInterval)
        report(now);
}

void Publisher::send_frame(TimePoint now, Tally& tally) {
    for (uint32_t i = 0; i < kPacketsPerFrame; ++i) {
        if (i == 0) {
            std::copy(std::begin(kFrameStart), std::end(kFrameStart), video_.begin());
        } else {
            video_[0] = kFrameContinued;
        }
        peer_.send_rtp({.marker = i + 1 == kPacketsPerFrame,
                        .payload_type = kVp8,
                        .sequence = video_sequence_++,
                        .timestamp = media_ticks(now - start_, 90'000),
                        .ssrc = video_ssrc(number_),
                        .extensions = {}},
                       video_, tally);
    }
}

void Publisher::send_audio(TimePoint now, Tally& tally) {
    peer_.send_rtp({.payload_type = kOpus,
                    .sequence = audio_sequence_++,
                    .timestamp = media_ticks(now - start_, 48'000),
                    .ssrc = audio_ssrc(number_),
                    .extensions = {}},
                   audio_, tally);
}

void Publisher::report(TimePoint now) {
    const auto report = [&](uint32_t ssrc, uint32_t clock_rate, uint32_t packets) {
        RtcpWriter writer;
        writer.sender_report({.ssrc = ssrc,
                              .ntp = ntp_duration(now.time_since_epoch()),
                              .rtp_timestamp = media_ticks(now - start_, clock_rate),
                              .packet_count = packets,
                              .octet_count = 0});
        writer.source_description(ssrc, "bench");
        peer_.send_rtcp(writer);
    };
    report(audio_ssrc(number_), 48'000, audio_sequence_);
    report(video_ssrc(number_), 90'000, video_sequence_);
}

}  // namespace parley::sfu::bench
