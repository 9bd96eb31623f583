#include "plugin-abi/loader/bounded_call.hpp"

#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace parley::abi {

namespace {

struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    BoundedOutcome outcome;
};

void run(const std::function<void(BoundedOutcome&)>& body, Shared& shared) {
    BoundedOutcome outcome;
    try {
        body(outcome);
    } catch (const std::exception& exception) {
        outcome = {BoundedOutcome::End::threw, XSM_ERROR, exception.what()};
    } catch (...) {
        outcome = {BoundedOutcome::End::threw, XSM_ERROR, "not a std::exception"};
    }
    const std::lock_guard lock(shared.mutex);
    shared.outcome = std::move(outcome);
    shared.done = true;
    shared.changed.notify_all();
}

}  // namespace

BoundedOutcome call_bounded(std::function<void(BoundedOutcome&)> body,
                            std::chrono::milliseconds limit) {
    const auto shared = std::make_shared<Shared>();
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    // The thread inherits the mask; signals stay with the server's own threads.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread([shared, body = std::move(body)] { run(body, *shared); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);

    std::unique_lock lock(shared->mutex);
    if (!shared->changed.wait_for(lock, limit, [&] { return shared->done; })) {
        thread.detach();
        return {BoundedOutcome::End::timed_out, XSM_ERROR, {}};
    }
    lock.unlock();
    thread.join();
    return std::move(shared->outcome);
}

}  // namespace parley::abi
