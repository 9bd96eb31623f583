#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace parley::server {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

/// The one loop of the server's one thread. Everything in parley::server runs on it, except where a
/// function says [any-thread].
class EventLoop {
  public:
    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Runs tasks until stop(). Exceptions of tasks come out here.
    void run();
    /// Makes run() return after the task at hand. [any-thread]
    void stop();
    /// Runs the task on the loop, soon and in order. [any-thread]
    void post(std::function<void()> task);

    using TimerId = uint64_t;  ///< never 0
    TimerId after(std::chrono::milliseconds delay, std::function<void()> task);
    /// A timer that ran or was cancelled is ignored.
    void cancel(TimerId timer);

    /// For the sockets in net/.
    boost::asio::io_context& io();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace parley::server
