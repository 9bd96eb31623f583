#include "hosts/server/app/event_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unordered_map>

namespace parley::server {

namespace asio = boost::asio;

struct EventLoop::Impl {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    std::unordered_map<TimerId, asio::steady_timer> timers;
    TimerId last_timer = 0;
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}

EventLoop::~EventLoop() = default;

void EventLoop::run() {
    impl_->io.restart();
    impl_->io.run();
}

void EventLoop::stop() {
    impl_->io.stop();
}

void EventLoop::post(std::function<void()> task) {
    asio::post(impl_->io, std::move(task));
}

EventLoop::TimerId EventLoop::after(std::chrono::milliseconds delay, std::function<void()> task) {
    const TimerId id = ++impl_->last_timer;
    auto& timer = impl_->timers.emplace(id, asio::steady_timer(impl_->io, delay)).first->second;
    timer.async_wait([this, id, task = std::move(task)](const boost::system::error_code& error) {
        if (error || impl_->timers.erase(id) == 0) return;
        task();
    });
    return id;
}

void EventLoop::cancel(TimerId timer) {
    impl_->timers.erase(timer);
}

asio::io_context& EventLoop::io() {
    return impl_->io;
}

}  // namespace parley::server
