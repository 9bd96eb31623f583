/// One publisher, many receivers, one SFU: what a forwarded packet costs. Prints JSON.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <thread>

#include "tests/bench/sfu/load.hpp"
#include "tests/bench/sfu/parley_server.hpp"

namespace parley::sfu::bench {

namespace {

using std::chrono::seconds;

constexpr seconds kSettleTime{1};  // before the window, and for the last packets after it

struct Options {
    uint64_t receivers = 20;
    int64_t seconds = 10;
    Rates rates;
};

struct Result {
    uint64_t sent = 0;  ///< by the publisher
    uint64_t received = 0;
    std::chrono::nanoseconds cpu{};
    std::vector<uint32_t> latencies;  ///< microseconds
};

void connect_publisher(ParleyServer& server, Publisher& publisher) {
    SessionDescription offer;
    offer.contents = Publisher::contents();
    offer.transport = publisher.describe(Fingerprint::Setup::actpass);
    publisher.connect(server.publish(offer).transport);
}

void connect_receiver(ParleyServer& server, uint64_t number, Receiver& receiver) {
    SessionDescription answer = server.subscribe(number);
    const Transport remote = answer.transport;
    for (Content& content : answer.contents)
        content.sources.clear();
    answer.transport = receiver.describe(Fingerprint::Setup::active);
    receiver.connect(remote);
    server.answer(number, answer);
}

void expect(bool condition, const char* what) {
    if (!condition) throw std::runtime_error(what);
}

/// The threads of the load, away from the SFU's; nothing ticks once it is destroyed.
class Load {
  public:
    Load(ParleyServer& server, const Options& options) {
        publisher_ = std::make_unique<Publisher>(sending_, options.rates, window);
        connect_publisher(server, *publisher_);
        expect(test::wait_until([&] { return publisher_->connected(); }), "publisher: no DTLS");
        for (uint64_t number = 0; number < options.receivers; ++number) {
            auto& receiver =
                *receivers_.emplace_back(std::make_unique<Receiver>(receiving_, window));
            connect_receiver(server, number, receiver);
            expect(test::wait_until([&] { return receiver.connected(); }), "receiver: no DTLS");
        }
        sending_.run(
            [this] { sending_.on_tick = [this](TimePoint now) { publisher_->tick(now); }; });
        receiving_.run([this] {
            receiving_.on_tick = [this](TimePoint now) {
                for (auto& receiver : receivers_)
                    receiver->tick(now);
            };
        });
    }

    ~Load() {
        sending_.run([this] { sending_.on_tick = nullptr; });
        receiving_.run([this] { receiving_.on_tick = nullptr; });
    }

    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    Result result() const {
        Result result;
        result.sent = publisher_->sent();
        for (const auto& receiver : receivers_) {
            result.received += receiver->received();
            const auto& latencies = receiver->latencies();
            result.latencies.insert(result.latencies.end(), latencies.begin(), latencies.end());
        }
        return result;
    }

    Window window;

  private:
    PeerThread sending_;
    PeerThread receiving_;
    std::unique_ptr<Publisher> publisher_;
    std::vector<std::unique_ptr<Receiver>> receivers_;
};

Result measure(const Options& options) {
    ParleyServer server;
    Load load(server, options);
    const auto begin = Clock::now() + kSettleTime;
    const auto end = begin + seconds(options.seconds);
    load.window.begin_ns = begin.time_since_epoch().count();
    load.window.end_ns = end.time_since_epoch().count();
    std::this_thread::sleep_until(begin);
    const auto cpu = server.cpu_time();
    std::this_thread::sleep_until(end);
    const auto used = server.cpu_time() - cpu;
    std::this_thread::sleep_until(end + kSettleTime);
    Result result = load.result();
    result.cpu = used;
    return result;
}

uint32_t percentile(std::vector<uint32_t>& values, size_t percent) {
    if (values.empty()) return 0;
    const size_t index = (values.size() - 1) * percent / 100;
    std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(index), values.end());
    return values[index];
}

void print(const Options& options, Result result) {
    const uint64_t forwarded = result.sent * options.receivers;
    const std::chrono::duration<double, std::micro> cpu = result.cpu;
    std::printf(
        "{\"server\": \"parley\", \"receivers\": %llu, \"seconds\": %lld, \"packets_sent\": %llu, "
        "\"packets_to_forward\": %llu, \"packets_lost\": %lld, \"cpu_us_per_packet\": %.3f, "
        "\"latency_us_p50\": %u, \"latency_us_p99\": %u}\n",
        static_cast<unsigned long long>(options.receivers), static_cast<long long>(options.seconds),
        static_cast<unsigned long long>(result.sent), static_cast<unsigned long long>(forwarded),
        static_cast<long long>(forwarded) - static_cast<long long>(result.received),
        result.received == 0 ? 0.0 : cpu.count() / static_cast<double>(result.received),
        percentile(result.latencies, 50), percentile(result.latencies, 99));
}

}  // namespace

}  // namespace parley::sfu::bench

int main(int argc, char** argv) {
    using namespace parley::sfu::bench;
    Options options;
    CLI::App app("What forwarding a packet costs Parley's SFU");
    app.add_option("--receivers", options.receivers)->check(CLI::Range(1, 1000));
    app.add_option("--seconds", options.seconds)->check(CLI::Range(1, 3600));
    app.add_option("--video-rate", options.rates.video_packets_per_second, "packets a second");
    app.add_option("--video-size", options.rates.video_payload_bytes, "octets of payload")
        ->check(CLI::Range(8, 1200));
    CLI11_PARSE(app, argc, argv);
    try {
        print(options, measure(options));
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "%s\n", exception.what());
        return 1;
    }
    return 0;
}
