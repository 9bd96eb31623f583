#include "sfu/media_worker.hpp"

#include <pthread.h>
#include <signal.h>

#include "sfu/random.hpp"

namespace parley::sfu {

namespace {

constexpr milliseconds kStatisticsAgeMax{5'000};

/// Blocks every signal for its life, so that a thread started meanwhile takes none of the
/// process's.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }

    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace

MediaWorker::MediaWorker(const Config& config, const IceConfig& ice, const DtlsIdentity& identity,
                         const std::function<void(Event)>& emit)
    : emit_(emit),
      cname_(random_token()),
      context_{.loop = loop_,
               .out = out_,
               .batch = batch_,
               .config = config,
               .ice = ice,
               .identity = identity,
               .emit = emit_,
               .cname = cname_} {
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "sfu-media");
}

MediaWorker::~MediaWorker() {
    loop_.post([this] { conferences_.clear(); });
    loop_.stop();
    thread_.join();
}

void MediaWorker::run() {
    loop_.run([this](TimePoint now) { tick(now); },
              [this] {
                  batch_.deliver(loop_.now());
                  out_.flush();
              });
}

void MediaWorker::tick(TimePoint now) {
    for (auto& [id, conference] : conferences_)
        conference->tick(now);
    if (now < next_statistics_) return;
    next_statistics_ = now + context_.config.statistics_interval_ms;
    publish_statistics(now);
}

void MediaWorker::publish_statistics(TimePoint now) {
    Statistics measured;
    for (auto& [id, conference] : conferences_)
        measured.emplace(id, conference->measure(now));
    auto statistics = std::make_shared<const Statistics>(std::move(measured));
    // A reader in between: it gets the next ones.
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock) statistics_.swap(statistics);
}

std::shared_ptr<const ConferenceStatistics> MediaWorker::statistics(const ConferenceId& id) const {
    std::shared_ptr<const Statistics> statistics;
    {
        const std::lock_guard lock(mutex_);
        statistics = statistics_;
    }
    if (!statistics) return nullptr;
    const auto found = statistics->find(id);
    const bool is_known = found != statistics->end();
    if (!is_known || Clock::now() - found->second.taken > kStatisticsAgeMax) return nullptr;
    return {std::move(statistics), &found->second};
}

void MediaWorker::post(ConferenceId id, bool create, std::function<void(Conference&)> task) {
    loop_.post([this, id = std::move(id), create, task = std::move(task)] {
        auto found = conferences_.find(id);
        if (found == conferences_.end()) {
            if (!create) return;
            found = conferences_.emplace(id, std::make_unique<Conference>(id, context_)).first;
        }
        task(*found->second);
        out_.flush();
    });
}

void MediaWorker::end(ConferenceId id) {
    loop_.post([this, id = std::move(id)] { conferences_.erase(id); });
}

}  // namespace parley::sfu
