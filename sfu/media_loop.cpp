#include "sfu/media_loop.hpp"

#include <glib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <system_error>
#include <utility>

namespace parley::sfu {

namespace {

constexpr int kEventsMax = 64;     // of one epoll_wait
constexpr int kIterationsMax = 8;  // of one context before the others have their turn
constexpr size_t kPollsMax = 256;  // descriptors of one context

uint32_t epoll_events(unsigned short events) {
    uint32_t result = 0;
    if ((events & G_IO_IN) != 0) result |= EPOLLIN;
    if ((events & G_IO_OUT) != 0) result |= EPOLLOUT;
    return result;
}

}  // namespace

MediaLoop::Context::Context(MediaLoop& loop) : loop_(loop), context_(g_main_context_new()) {
    // Owned for its whole life: without an owner GLib does not wake a context that another thread
    // adds to.
    g_main_context_acquire(context_);
    loop_.contexts_.push_back(this);
    loop_.arm(*this);
    if (!polls_.empty()) wakeup_fd_ = polls_.front().fd;
    last_readable_ = loop_.now();
}

MediaLoop::Context::~Context() {
    assert(loop_.dispatching_ != this);
    loop_.forget(*this);
    g_main_context_release(context_);
    g_main_context_unref(context_);
}

void MediaLoop::Context::touch() {
    if (touched_) return;
    touched_ = true;
    loop_.touched_.push_back(this);
}

MediaLoop::Context::Default::Default(const Context& context) : context_(context.get()) {
    g_main_context_push_thread_default(context_);
}

MediaLoop::Context::Default::~Default() {
    g_main_context_pop_thread_default(context_);
}

MediaLoop::MediaLoop() {
    epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
    event_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = event_fd_;
    if (epoll_fd_ < 0 || event_fd_ < 0 ||
        epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, event_fd_, &event) != 0) {
        const std::error_code error(errno, std::system_category());
        if (epoll_fd_ >= 0) close(epoll_fd_);
        if (event_fd_ >= 0) close(event_fd_);
        throw std::system_error(error, "media loop");
    }
}

MediaLoop::~MediaLoop() {
    close(epoll_fd_);
    close(event_fd_);
}

void MediaLoop::post(Task task) {
    {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(task));
    }
    eventfd_write(event_fd_, 1);
}

void MediaLoop::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    eventfd_write(event_fd_, 1);
}

void MediaLoop::run_tasks() {
    std::vector<Task> tasks;
    {
        const std::lock_guard lock(mutex_);
        tasks.swap(posted_);
    }
    for (auto& task : tasks) {
        task();
        while (!deferred_.empty()) {
            auto deferred = std::exchange(deferred_, {});
            for (auto& each : deferred)
                each();
        }
    }
}

void MediaLoop::run(const std::function<void(TimePoint)>& on_tick,
                    const std::function<void()>& on_batch_end) {
    TimePoint next_tick = Clock::now() + kTickInterval;
    TimePoint drain_end = TimePoint::max();
    for (;;) {
        run_tasks();
        {
            const std::lock_guard lock(mutex_);
            if (stopping_ && drain_end == TimePoint::max()) drain_end = now_ + kDrainTime;
            if (stopping_ && posted_.empty() && (contexts_.empty() || now_ >= drain_end)) return;
        }
        for (auto* context : std::exchange(touched_, {}))
            arm(*context);
        wait(wait_ms(next_tick));
        dispatch_due();
        if (now_ >= next_tick) {
            next_tick = now_ + kTickInterval;
            on_tick(now_);
        }
        on_batch_end();
        auto deferred = std::exchange(deferred_, {});
        for (auto& each : deferred)
            each();
    }
}

int MediaLoop::wait_ms(TimePoint next_tick) const {
    if (contexts_.empty()) return -1;
    if (!deferred_.empty()) return 0;
    const TimePoint until = std::min(next_tick, next_due_);
    const auto now = Clock::now();
    if (until <= now) return 0;
    return static_cast<int>(std::chrono::ceil<milliseconds>(until - now).count());
}

void MediaLoop::wait(int timeout_ms) {
    std::array<epoll_event, kEventsMax> events;
    const int count = epoll_wait(epoll_fd_, events.data(), kEventsMax, timeout_ms);
    now_ = Clock::now();
    for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<size_t>(i)].data.fd;
        if (fd == event_fd_) {
            eventfd_t ignored = 0;
            eventfd_read(event_fd_, &ignored);
            continue;
        }
        Context* context = owner_by_fd_[static_cast<size_t>(fd)];
        if (context == nullptr) {
            epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
            continue;
        }
        if (fd != context->wakeup_fd_) context->last_readable_ = now_;
        dispatch(*context);
    }
}

void MediaLoop::dispatch_due() {
    if (now_ < next_due_) return;
    next_due_ = TimePoint::max();
    for (size_t i = 0; i < contexts_.size(); ++i) {
        if (contexts_[i]->deadline_ <= now_) dispatch(*contexts_[i]);
        next_due_ = std::min(next_due_, contexts_[i]->deadline_);
    }
}

void MediaLoop::dispatch(Context& context) {
    dispatching_ = &context;
    for (int i = 0; i < kIterationsMax; ++i) {
        if (g_main_context_iteration(context.context_, FALSE) == FALSE) break;
    }
    dispatching_ = nullptr;
    arm(context);
}

void MediaLoop::arm(Context& context) {
    gint priority = 0;
    gint timeout_ms = -1;
    std::array<GPollFD, kPollsMax> fds;
    const bool ready = g_main_context_prepare(context.context_, &priority) != FALSE;
    const gint count = g_main_context_query(context.context_, G_MAXINT, &timeout_ms, fds.data(),
                                            static_cast<gint>(fds.size()));
    const auto used = std::min(static_cast<size_t>(count), fds.size());
    const bool same =
        std::equal(fds.begin(), fds.begin() + static_cast<ptrdiff_t>(used), context.polls_.begin(),
                   context.polls_.end(), [](const GPollFD& fd, const Context::Poll& poll) {
                       return fd.fd == poll.fd && fd.events == poll.events;
                   });
    if (context.touched_ || !same) {
        std::vector<Context::Poll> polls;
        for (size_t i = 0; i < used; ++i) {
            polls.push_back({.fd = fds[i].fd, .events = fds[i].events});
        }
        watch(context, std::move(polls));
    }
    context.touched_ = false;

    if (ready || timeout_ms == 0) {
        context.deadline_ = now_;
    } else if (timeout_ms < 0) {
        context.deadline_ = TimePoint::max();
    } else {
        context.deadline_ = now_ + milliseconds(timeout_ms);
    }
    next_due_ = std::min(next_due_, context.deadline_);
}

void MediaLoop::watch(Context& context, std::vector<Context::Poll> polls) {
    for (const auto& old : context.polls_) {
        const bool kept = std::any_of(polls.begin(), polls.end(),
                                      [&](const auto& poll) { return poll.fd == old.fd; });
        auto& owner = owner_by_fd_[static_cast<size_t>(old.fd)];
        // The kernel forgets closed descriptors by itself, and the number may be another's by now:
        // it is not touched. One that is still open is dropped in `wait`, should it become ready.
        if (!kept && owner == &context) owner = nullptr;
    }
    for (const auto& poll : polls) {
        const auto index = static_cast<size_t>(poll.fd);
        if (index >= owner_by_fd_.size()) owner_by_fd_.resize(index + 1, nullptr);
        owner_by_fd_[index] = &context;
        epoll_event event{};
        event.events = epoll_events(poll.events);
        event.data.fd = poll.fd;
        if (epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, poll.fd, &event) != 0 && errno == ENOENT) {
            epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, poll.fd, &event);
        }
    }
    context.polls_ = std::move(polls);
}

void MediaLoop::forget(Context& context) {
    watch(context, {});
    std::erase(contexts_, &context);
    std::erase(touched_, &context);
}

}  // namespace parley::sfu
