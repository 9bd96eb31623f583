#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "module/focus/media_port.hpp"
#include "module/focus/media_statistics.hpp"

namespace parley::module::test {

/// Stands in for the media plane: answers every publisher and writes every offer at once, with
/// descriptions that no network ever sees, and remembers what it was told.
class SimulatedMedia {
  public:
    /// What follows from the command, to be told to the focus.
    std::vector<MediaEvent> execute(const MediaCommand& command);

    /// In words, one per command: "publish alice", "subscribe bob to alice", "end".
    std::vector<std::string> take_log();

    /// The session in which this client publishes, or in which it gets the other's media.
    std::optional<SessionNumber> publishing(const FullJid& jid) const;
    std::optional<SessionNumber> receiving(const FullJid& jid, const FullJid& source) const;

    /// Of every session it ever had the same numbers, which nobody has measured.
    MediaStatistics statistics() const;

    static MediaDescription description(bool from_client);

  private:
    std::vector<std::string> log_;
    std::map<FullJid, SessionNumber> publishers_;
    std::map<std::pair<FullJid, FullJid>, SessionNumber> receivers_;
};

}  // namespace parley::module::test
