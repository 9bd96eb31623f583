#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/sfu/load.hpp"

namespace parley::sfu::bench {

/// README.md says what each means.
struct Result {
    std::string server;
    Shape shape;
    uint64_t packets_sent = 0;
    uint64_t packets_to_forward = 0;
    uint64_t packets_lost = 0;
    double cpu_us_per_packet = 0;
    uint32_t latency_us_p50 = 0;
    uint32_t latency_us_p99 = 0;
    uint64_t memory_kib_per_participant = 0;
};

/// Throws std::runtime_error where packets came that nobody could read.
Result result_of(const std::string& server, const Shape& shape, Tally& tally,
                 std::chrono::nanoseconds cpu, size_t memory);

/// The least that anything costs on this machine, in nanoseconds: 100 on hardware, 1,000 and more
/// in some virtual machines.
double time_of_system_call();

void print_heading(double system_call_ns);
void print(const Result& result);

/// Of the servers' to each other, where both have played a load.
void print_ratios(const std::vector<Result>& results);

std::string json_of(const std::vector<Result>& results, int64_t seconds, double system_call_ns);

}  // namespace parley::sfu::bench
