#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "sfu/sfu.hpp"

namespace parley::sfu::bench {

/// Parley's SFU in this process, on one media thread: one publisher's media for many receivers.
class ParleyServer {
  public:
    ParleyServer();

    /// Answers the publisher's offer. Throws std::runtime_error where the SFU does not.
    SessionDescription publish(const SessionDescription& offer);
    /// The offer to receiver number `number`, from 0 on.
    SessionDescription subscribe(uint64_t number);
    void answer(uint64_t number, const SessionDescription& answer);

    /// Used by the media thread so far.
    std::chrono::nanoseconds cpu_time() const;

  private:
    SessionDescription described(SessionId session);
    void on_event(Event event);

    const ConferenceId conference_{"bench"};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<SessionId, SessionDescription> descriptions_;  ///< guarded by mutex_
    Sfu sfu_;
};

}  // namespace parley::sfu::bench
