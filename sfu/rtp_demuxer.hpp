#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sfu/inbound_track.hpp"
#include "sfu/packet_extensions.hpp"

namespace parley::sfu {

/// Which encoding of which content an incoming packet belongs to (RFC 9143 s9.2, RFC 8852). Loop
/// thread only.
class RtpDemuxer {
  public:
    struct Match {
        InboundTrack* track = nullptr;
        uint8_t encoding = 0;
        bool retransmitted = false;

        InboundStream& stream() const { return track->encoding(encoding); }
    };

    /// The SSRCs that were told of the track. It outlives its time here.
    void add(InboundTrack& track);
    void remove(const InboundTrack& track);

    /// Of an SSRC that was told or learned; nullptr: neither. On the packet path.
    const Match* find(uint32_t ssrc) const {
        for (const auto& entry : entries_) {
            if (entry.ssrc == ssrc) return &entry.match;
        }
        return nullptr;
    }

    /// Of an SSRC that nobody told: by MID and RID, or else the only one with its payload type.
    /// Nothing where that is not one.
    std::optional<Match> guess(const RtpHeader& header, const PacketExtensions& extensions) const;

    /// The packet was authentic: its SSRC is the match's from now on.
    void learn(uint32_t ssrc, const Match& match);

  private:
    struct Entry {
        uint32_t ssrc;
        Match match;
    };

    std::vector<InboundTrack*> tracks_;
    std::vector<Entry> entries_;
};

}  // namespace parley::sfu
