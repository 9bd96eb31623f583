#include "sfu/rtp_demuxer.hpp"

#include <algorithm>

namespace parley::sfu {

void RtpDemuxer::add(InboundTrack& track) {
    tracks_.push_back(&track);
    for (size_t i = 0; i < track.encoding_count(); ++i) {
        const auto& stream = track.encoding(i);
        const auto index = static_cast<uint8_t>(i);
        if (stream.ssrc() != 0) entries_.push_back({stream.ssrc(), {&track, index, false}});
        if (stream.rtx_ssrc() != 0) entries_.push_back({stream.rtx_ssrc(), {&track, index, true}});
    }
}

void RtpDemuxer::remove(const InboundTrack& track) {
    std::erase(tracks_, &track);
    std::erase_if(entries_, [&](const Entry& entry) { return entry.match.track == &track; });
}

std::optional<RtpDemuxer::Match> RtpDemuxer::guess(const RtpHeader& header,
                                                   const PacketExtensions& extensions) const {
    if (header.ssrc == 0) return std::nullopt;
    std::optional<Match> found;
    for (auto* track : tracks_) {
        if (!extensions.mid.empty() && extensions.mid != track->name()) continue;
        const bool is_rtx = track->formats().is_rtx(header.payload_type);
        if (!is_rtx && !track->formats().is_media(header.payload_type)) continue;
        const auto rid = is_rtx ? extensions.repaired_rid : extensions.rid;
        for (size_t i = 0; i < track->encoding_count(); ++i) {
            const auto& stream = track->encoding(i);
            // A stream of an encoding that has a rid says so until it is known.
            if (stream.rid() != rid && (!stream.rid().empty() || !rid.empty())) continue;
            if ((is_rtx ? stream.rtx_ssrc() : stream.ssrc()) != 0) continue;
            if (found) return std::nullopt;
            found = Match{track, static_cast<uint8_t>(i), is_rtx};
        }
    }
    return found;
}

void RtpDemuxer::learn(uint32_t ssrc, const Match& match) {
    match.stream().learn(match.retransmitted, ssrc);
    entries_.push_back({ssrc, match});
}

}  // namespace parley::sfu
