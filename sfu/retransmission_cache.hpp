#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "sfu/media_time.hpp"
#include "sfu/stream_rewriter.hpp"

namespace parley::sfu {

/// Per receiver: which packet of the source's rings went out under which sequence number (RFC 4585
/// s6.2.1).
class RetransmissionCache {
  public:
    static constexpr size_t kCapacity = 512;  ///< packets
    static constexpr uint8_t kResendsMax = 8;
    static constexpr milliseconds kResendIntervalMin{20};

    struct Sent {
        uint32_t ring_number = 0;
        uint8_t encoding = 0;  ///< of the source's
        StreamRewriter::Position position;
        SendStamp stamp;
    };

    void store(const Sent& sent);

    /// nullptr: never sent, or too old.
    const Sent* find(uint16_t sequence) const;

    /// A packet that may be sent again now; counts it as sent. nullptr where it was never sent, is
    /// too old, or was sent again less than `interval` or kResendIntervalMin ago, or too often.
    const Sent* take(uint16_t sequence, TimePoint now, Clock::duration interval = {});

  private:
    struct Entry {
        Sent sent;
        uint8_t resends = 0;
        bool used = false;
        TimePoint resent{};
    };

    std::array<Entry, kCapacity> entries_{};
};

}  // namespace parley::sfu
