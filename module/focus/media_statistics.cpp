#include "module/focus/media_statistics.hpp"

#include <algorithm>

namespace parley::module {

void ParticipantStatistics::add(const SessionStatistics& session, bool publishes) {
    if (publishes) pair = session.pair;
    if (session.bandwidth) bandwidth = bandwidth.value_or(0) + *session.bandwidth;
    for (const StreamStatistics& stream : session.streams) {
        Way& way = stream.from_client ? sends : receives;
        way.bits_per_second += stream.bits_per_second;
        way.fraction_lost = std::max(way.fraction_lost, stream.fraction_lost);
        round_trip = std::max(round_trip, stream.round_trip);
        if (stream.layer) layers.push_back(*stream.layer);
        if (!stream.from_client || stream.codec.empty()) continue;
        if (std::ranges::find(codecs, stream.codec) == codecs.end()) codecs.push_back(stream.codec);
    }
}

}  // namespace parley::module
