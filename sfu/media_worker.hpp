#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "sfu/conference.hpp"
#include "sfu/media_loop.hpp"
#include "sfu/packet_out.hpp"

namespace parley::sfu {

/// One media thread and the conferences that live on it.
class MediaWorker {
  public:
    /// All outlive the worker. Throws std::system_error where there is no thread or descriptor.
    MediaWorker(const Config& config, const IceConfig& ice, const DtlsIdentity& identity,
                const std::function<void(Event)>& emit);
    ~MediaWorker();  ///< ends its conferences and joins the thread
    MediaWorker(const MediaWorker&) = delete;
    MediaWorker& operator=(const MediaWorker&) = delete;

    /// Any thread. `task` runs on the worker's, with the conference; where there is none it is made
    /// if `create`, else the task is not run.
    void post(ConferenceId id, bool create, std::function<void(Conference&)> task);

    /// Any thread.
    void end(ConferenceId id);

    /// Any thread; never waits for the worker, nor the worker for it. See Sfu::statistics.
    std::shared_ptr<const ConferenceStatistics> statistics(const ConferenceId& id) const;

  private:
    using Statistics = std::map<ConferenceId, ConferenceStatistics>;

    void run();
    void tick(TimePoint now);
    void publish_statistics(TimePoint now);

    const std::function<void(Event)>& emit_;
    std::string cname_;
    MediaLoop loop_;
    PacketOut out_;
    ForwardBatch batch_;
    MediaContext context_;
    std::map<ConferenceId, std::unique_ptr<Conference>> conferences_;
    TimePoint next_statistics_{};
    mutable std::mutex mutex_;  ///< held to exchange a pointer; the worker only tries
    std::shared_ptr<const Statistics> statistics_;  ///< guarded by mutex_; of all conferences
    std::thread thread_;
};

}  // namespace parley::sfu
