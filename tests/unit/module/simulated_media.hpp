#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "module/focus/media_port.hpp"
#include "module/focus/media_statistics.hpp"

namespace parley::module::test {

/// Stands in for the media plane: answers every publisher and writes every offer at once, with
/// descriptions that no network ever sees, and remembers what it was told. It takes what is Opus or
/// VP8, or says no codec at all.
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

    struct Session {
        CallId conference;
        FullJid client;
        std::optional<FullJid> source;                      ///< none: the client's own
        std::map<std::string, jingle::RtpDescription> own;  ///< what the client sends, by name
        std::map<std::string, std::pair<FullJid, std::string>> sent;  ///< what it gets, whence
        std::set<std::pair<FullJid, std::string>> offered;            ///< now or before
        std::set<std::string> paused{};                               ///< by either side
        int restarts = 0;
    };

    /// Null where there is no such session any more.
    const Session* find(SessionNumber number) const;

  private:
    friend struct Execution;

    std::vector<MediaContent> offer(Session& session, const FullJid& source);

    std::vector<std::string> log_;
    std::map<SessionNumber, Session> sessions_;
    std::map<FullJid, SessionNumber> publishers_;
    std::map<std::pair<FullJid, FullJid>, SessionNumber> receivers_;
};

}  // namespace parley::module::test
