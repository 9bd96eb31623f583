#include "tests/bench/sfu/load.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "tests/bench/sfu/publisher.hpp"
#include "tests/bench/sfu/socket_reader.hpp"

namespace parley::sfu::bench {

namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// Before the time that counts: libnice looks for further checks to do for five seconds, in both
// servers, and calls last longer than that.
constexpr seconds kWarmUpTime{6};
constexpr seconds kSettleTime{1};  // after it
constexpr seconds kReportInterval{1};

// Nobody waits at the sockets: the server would pay for waking them up, as no server does whose
// clients are elsewhere.
constexpr milliseconds kReadInterval{1};

void expect(bool condition, const char* what) {
    if (!condition) throw std::runtime_error(what);
}

}  // namespace

Shape Shape::parse(const std::string& text) {
    Shape shape;
    const char* const end = text.data() + text.size();
    const auto publishers = std::from_chars(text.data(), end, shape.publishers);
    expect(publishers.ptr != end && *publishers.ptr == 'x', "a load is such as 1x60 or 10x10");
    const auto receivers = std::from_chars(publishers.ptr + 1, end, shape.receivers);
    const bool known = shape.publishers == 1 || shape.publishers == shape.receivers;
    expect(receivers.ptr == end && shape.publishers > 0 && shape.receivers > 0 && known,
           "a load is one publisher and some receivers, or some who get each other");
    return shape;
}

std::string Shape::name() const {
    return std::to_string(publishers) + 'x' + std::to_string(receivers);
}

Load::Load(ServerProcess& server, const Shape& shape) : shape_(shape) {
    thread_.ice.addresses = {server.address()};
    for (uint32_t number = 0; number < shape.publishers; ++number)
        publish(server, number);
    expect(all_connect(publishers_), "publishers: no DTLS");
    if (shape.publishers == 1) {
        for (uint32_t number = 1; number <= shape.receivers; ++number)
            subscribe(server, number, {0});
    } else {
        for (uint32_t number = 0; number < shape.publishers; ++number) {
            std::vector<uint32_t> sources(shape.publishers);
            std::iota(sources.begin(), sources.end(), 0U);
            std::erase(sources, number);
            subscribe(server, number, sources);
        }
    }
    expect(all_connect(receivers_), "receivers: no DTLS");
}

bool Load::all_connect(const std::vector<std::unique_ptr<LoadPeer>>& peers) {
    return test::wait_until([&] {
        thread_.run([&] {
            for (const auto& peer : peers)
                peer->handle_timeout();
        });
        return std::all_of(peers.begin(), peers.end(),
                           [](const auto& peer) { return peer->connected(); });
    });
}

void Load::publish(ServerProcess& server, uint32_t number) {
    auto& peer =
        *publishers_.emplace_back(std::make_unique<LoadPeer>(thread_, IceAgent::Role::controlling));
    peer.connect(server.publish(number, peer.describe(Fingerprint::Setup::active)));
}

void Load::subscribe(ServerProcess& server, uint32_t number, const std::vector<uint32_t>& sources) {
    std::vector<Transport> answers;
    for (const auto& offer : server.subscribe(number, sources)) {
        auto& peer = *receivers_.emplace_back(
            std::make_unique<LoadPeer>(thread_, IceAgent::Role::controlled));
        answers.push_back(peer.describe(Fingerprint::Setup::active));
        peer.connect(offer);
    }
    server.answer(number, answers);
}

Tally Load::run(seconds duration, const std::function<void()>& on_begin,
                const std::function<void()>& on_end) {
    using std::chrono::system_clock;
    const auto begin = system_clock::now() + kWarmUpTime;
    const auto end = begin + duration;
    Tally tally{.begin_ns = nanoseconds(begin.time_since_epoch()).count(),
                .end_ns = nanoseconds(end.time_since_epoch()).count()};
    const auto sending_end = Clock::now() + kWarmUpTime + duration;
    std::thread exchanging([&] { thread_.run([&] { exchange(tally, sending_end); }); });
    std::this_thread::sleep_until(begin);
    on_begin();
    std::this_thread::sleep_until(end);
    on_end();
    exchanging.join();
    return tally;
}

/// In the peers' thread, which does nothing else meanwhile: ICE has done its work.
void Load::exchange(Tally& tally, TimePoint sending_end) {
    std::vector<LoadPeer*> peers;
    for (const auto& peer : publishers_)
        peers.push_back(peer.get());
    for (const auto& peer : receivers_)
        peers.push_back(peer.get());
    SocketReader reader;
    for (size_t i = 0; i < peers.size(); ++i)
        reader.add(peers[i]->socket(), i);

    const auto start = Clock::now();
    std::vector<Publisher> publishers;
    for (uint32_t number = 0; number < shape_.publishers; ++number) {
        // Not all at the same time, as people are not.
        const auto phase =
            nanoseconds(seconds(1)) / Publisher::kFramesPerSecond * number / shape_.publishers;
        publishers.emplace_back(*publishers_[number], number, start + phase);
    }
    auto next_report = start;
    for (auto now = start; now < sending_end + kSettleTime; now = Clock::now()) {
        auto due = std::min(next_report, now + kReadInterval);
        if (now < sending_end) {
            for (auto& publisher : publishers) {
                publisher.poll(now, tally);
                due = std::min(due, publisher.due());
            }
        }
        if (now >= next_report) {
            next_report += kReportInterval;
            for (auto* peer : peers)
                peer->report();
        }
        std::this_thread::sleep_until(due);
        reader.read([&](size_t index, std::span<uint8_t> datagram, int64_t arrived_ns) {
            peers[index]->receive(datagram, arrived_ns, tally);
        });
    }
}

}  // namespace parley::sfu::bench
