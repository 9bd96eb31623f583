#include "tests/bench/sfu/parley_server.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace parley::sfu::bench {

namespace {

constexpr std::chrono::seconds kAnswerTime{10};
constexpr SessionId kPublication{1};

SessionId subscription(uint64_t number) {
    return {kPublication.value + 1 + number};
}

Config one_worker() {
    Config config;
    config.addresses = {"127.0.0.1"};
    config.workers = 1;
    config.participants_per_conference_max = 10'000;
    return config;
}

}  // namespace

ParleyServer::ParleyServer()
    : sfu_(one_worker(), [this](Event event) { on_event(std::move(event)); }) {}

void ParleyServer::on_event(Event event) {
    auto* ready = std::get_if<LocalDescription>(&event);
    if (ready == nullptr) return;
    {
        const std::lock_guard lock(mutex_);
        descriptions_.emplace(ready->session, std::move(ready->description));
    }
    changed_.notify_one();
}

SessionDescription ParleyServer::described(SessionId session) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kAnswerTime, [&] { return descriptions_.contains(session); })) {
        throw std::runtime_error("the SFU does not answer");
    }
    return descriptions_.at(session);
}

SessionDescription ParleyServer::publish(const SessionDescription& offer) {
    sfu_.publish(conference_, {"publisher"}, kPublication, offer);
    return described(kPublication);
}

SessionDescription ParleyServer::subscribe(uint64_t number) {
    const ParticipantId receiver{"receiver " + std::to_string(number)};
    sfu_.subscribe(conference_, receiver, {"publisher"}, subscription(number));
    return described(subscription(number));
}

void ParleyServer::answer(uint64_t number, const SessionDescription& answer) {
    sfu_.set_answer(conference_, subscription(number), answer);
}

std::chrono::nanoseconds ParleyServer::cpu_time() const {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string name;
        std::getline(std::ifstream(task.path() / "comm"), name);
        if (name != "sfu-media") continue;
        int64_t on_cpu_ns = 0;
        std::ifstream(task.path() / "schedstat") >> on_cpu_ns;
        return std::chrono::nanoseconds(on_cpu_ns);
    }
    throw std::runtime_error("the SFU has no media thread");
}

}  // namespace parley::sfu::bench
