#include "tests/bench/sfu/result.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace parley::sfu::bench {

namespace {

uint32_t percentile(std::vector<uint32_t>& values, size_t percent) {
    if (values.empty()) return 0;
    const size_t index = (values.size() - 1) * percent / 100;
    std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(index), values.end());
    return values[index];
}

const Result* of_janus(const std::vector<Result>& results, const std::string& load) {
    const auto found = std::find_if(results.begin(), results.end(), [&](const Result& each) {
        return each.server == "janus" && each.shape.name() == load;
    });
    return found == results.end() ? nullptr : &*found;
}

/// Parley's part of what Janus uses for a packet.
std::optional<double> ratio(const Result& result, const std::vector<Result>& results) {
    const Result* janus = of_janus(results, result.shape.name());
    if (result.server != "parley" || janus == nullptr) return std::nullopt;
    return result.cpu_us_per_packet / janus->cpu_us_per_packet;
}

}  // namespace

Result result_of(const std::string& server, const Shape& shape, Tally& tally,
                 std::chrono::nanoseconds cpu, size_t memory) {
    if (tally.unreadable != 0 || tally.received == 0) {
        throw std::runtime_error(server + ": packets that cannot be read, or none");
    }
    const uint64_t to_forward = tally.sent * shape.copies();
    return {.server = server,
            .shape = shape,
            .packets_sent = tally.sent,
            .packets_to_forward = to_forward,
            .packets_lost = to_forward - tally.received,
            .cpu_us_per_packet =
                static_cast<double>(cpu.count()) / 1'000 / static_cast<double>(tally.received),
            .latency_us_p50 = percentile(tally.latencies_us, 50),
            .latency_us_p99 = percentile(tally.latencies_us, 99),
            .memory_kib_per_participant = memory / 1024 / shape.participants()};
}

double time_of_system_call() {
    constexpr int kCalls = 10'000;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kCalls; ++i)
        syscall(SYS_getppid);
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
    return taken.count() / kCalls;
}

void print_heading(double system_call_ns) {
    std::printf("a system call takes %.0f ns here\n", system_call_ns);
    std::printf("%-6s %-7s %10s %6s %10s %9s %9s %10s\n", "load", "server", "packets", "lost",
                "us/packet", "p50 us", "p99 us", "KiB/peer");
}

void print(const Result& result) {
    std::printf("%-6s %-7s %10" PRIu64 " %6" PRIu64 " %10.3f %9" PRIu32 " %9" PRIu32 " %10" PRIu64
                "\n",
                result.shape.name().c_str(), result.server.c_str(), result.packets_to_forward,
                result.packets_lost, result.cpu_us_per_packet, result.latency_us_p50,
                result.latency_us_p99, result.memory_kib_per_participant);
    std::fflush(stdout);
}

void print_ratios(const std::vector<Result>& results) {
    for (const auto& result : results) {
        if (const auto of = ratio(result, results)) {
            std::printf("%-6s parley uses %.2f of what janus does\n", result.shape.name().c_str(),
                        *of);
        }
    }
}

std::string json_of(const std::vector<Result>& results, int64_t seconds, double system_call_ns) {
    std::ostringstream out;
    out << "{\"seconds\": " << seconds << ", \"system_call_ns\": " << system_call_ns
        << ", \"results\": [";
    const char* separator = "\n";
    for (const auto& each : results) {
        out << separator << "  {\"load\": \"" << each.shape.name() << "\", \"server\": \""
            << each.server << "\", \"packets_sent\": " << each.packets_sent
            << ", \"packets_to_forward\": " << each.packets_to_forward
            << ", \"packets_lost\": " << each.packets_lost
            << ", \"cpu_us_per_packet\": " << each.cpu_us_per_packet
            << ", \"latency_us_p50\": " << each.latency_us_p50
            << ", \"latency_us_p99\": " << each.latency_us_p99
            << ", \"memory_kib_per_participant\": " << each.memory_kib_per_participant;
        if (const auto of = ratio(each, results)) out << ", \"cpu_ratio_to_janus\": " << *of;
        out << '}';
        separator = ",\n";
    }
    out << "\n]}\n";
    return out.str();
}

}  // namespace parley::sfu::bench
