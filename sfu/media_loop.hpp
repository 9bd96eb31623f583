#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "sfu/media_time.hpp"

typedef struct _GMainContext GMainContext;

/// The one wrapper of GLib's main loop, and the loop of one media thread.
namespace parley::sfu {

/// An epoll loop that runs posted tasks, a tick, and many small GMainContexts: one per ICE agent,
/// so that a packet's wakeup costs one agent's sockets and not everybody's.
///
/// Loop thread only, except for `post` and `stop`.
class MediaLoop {
  public:
    using Task = std::function<void()>;

    static constexpr milliseconds kTickInterval{10};
    static constexpr milliseconds kDrainTime{3'000};  ///< for contexts still in use at stop

    /// A GMainContext that the loop drives. Lives as long as its last owner lets it.
    class Context {
      public:
        explicit Context(MediaLoop& loop);  ///< in the loop's thread
        ~Context();
        Context(const Context&) = delete;
        Context& operator=(const Context&) = delete;

        GMainContext* get() const { return context_; }

        /// To be called after anything that may add sources to the context from outside of it.
        void touch();

        /// When a socket of the context last had a datagram, of whatever kind.
        TimePoint last_readable() const { return last_readable_; }

        /// Makes the context the thread's default for its life, for calls that remember it.
        class Default {
          public:
            explicit Default(const Context& context);
            ~Default();
            Default(const Default&) = delete;
            Default& operator=(const Default&) = delete;

          private:
            GMainContext* context_;
        };

      private:
        friend class MediaLoop;

        struct Poll {
            int fd = -1;
            unsigned short events = 0;
            bool operator==(const Poll&) const = default;
        };

        MediaLoop& loop_;
        GMainContext* context_;
        int wakeup_fd_ = -1;
        std::vector<Poll> polls_;
        TimePoint deadline_ = TimePoint::max();
        TimePoint last_readable_{};
        bool touched_ = false;
    };

    /// Throws std::system_error where the kernel gives no descriptors.
    MediaLoop();
    ~MediaLoop();
    MediaLoop(const MediaLoop&) = delete;
    MediaLoop& operator=(const MediaLoop&) = delete;

    /// Any thread. Runs in the loop's thread, in order.
    void post(Task task);

    /// Runs `task` when the current callback has returned to the loop. For whatever destroys its
    /// caller.
    void defer(Task task) { deferred_.push_back(std::move(task)); }

    /// Until `stop`, and then until every Context is gone or kDrainTime is over. `on_tick` is
    /// called each kTickInterval while there are Contexts, `on_batch_end` whenever a batch of
    /// packets has been read.
    void run(const std::function<void(TimePoint)>& on_tick,
             const std::function<void()>& on_batch_end);

    /// Any thread.
    void stop();

    /// The time of the latest wakeup.
    TimePoint now() const { return now_; }

  private:
    void run_tasks();
    void dispatch(Context& context);
    void arm(Context& context);
    void watch(Context& context, std::vector<Context::Poll> polls);
    void forget(Context& context);
    void dispatch_due();
    int wait_ms(TimePoint next_tick) const;
    void wait(int timeout_ms);

    int epoll_fd_ = -1;
    int event_fd_ = -1;
    TimePoint now_ = Clock::now();
    std::vector<Context*> contexts_;
    std::vector<Context*> touched_;
    TimePoint next_due_ = TimePoint::max();  ///< no context's deadline is earlier
    std::vector<Context*> owner_by_fd_;
    Context* dispatching_ = nullptr;
    std::vector<Task> deferred_;  ///< destroyed first: tasks may hold Contexts

    std::mutex mutex_;
    std::vector<Task> posted_;  ///< guarded by mutex_
    bool stopping_ = false;     ///< guarded by mutex_
};

}  // namespace parley::sfu
