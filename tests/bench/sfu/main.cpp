/// The same load against Parley's SFU and against Janus: what a forwarded packet costs either.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/bench/sfu/load.hpp"
#include "tests/bench/sfu/result.hpp"
#include "tests/bench/sfu/transport_word.hpp"

namespace parley::sfu::bench {

namespace {

struct Options {
    std::vector<std::string> loads{"1x10", "1x60", "1x200", "10x10"};
    std::vector<std::string> servers{"parley", "janus"};
    int64_t seconds = 5;
    uint32_t janus_event_loops = 0;
    std::string under;
    std::string json;
};

std::vector<std::string> command_of(const std::string& server, const Options& options) {
    if (server == "parley") {
        const auto here = std::filesystem::canonical("/proc/self/exe").parent_path();
        auto command = split(options.under, ' ');
        command.push_back(here / "bench_sfu_parley");
        return command;
    }
    return {"python3", std::string(BENCH_SFU_DIR) + "/janus_server.py",
            "--event-loops=" + std::to_string(options.janus_event_loops)};
}

Result measure(const std::string& server_name, const Shape& shape, const Options& options) {
    ServerProcess server(command_of(server_name, options));
    const size_t memory_before = server.memory();
    Load load(server, shape);
    std::chrono::nanoseconds cpu{};
    size_t memory = 0;
    Tally tally = load.run(
        std::chrono::seconds(options.seconds), [&] { cpu = server.cpu_time(); },
        [&] {
            cpu = server.cpu_time() - cpu;
            memory = server.memory();
        });
    return result_of(server_name, shape, tally, cpu,
                     memory > memory_before ? memory - memory_before : 0);
}

void run(const Options& options) {
    std::vector<Result> results;
    const double system_call_ns = time_of_system_call();
    print_heading(system_call_ns);
    for (const auto& load : options.loads) {
        const Shape shape = Shape::parse(load);
        for (const auto& server : options.servers) {
            results.push_back(measure(server, shape, options));
            print(results.back());
        }
    }
    print_ratios(results);
    if (!options.json.empty()) {
        std::ofstream(options.json) << json_of(results, options.seconds, system_call_ns);
    }
}

}  // namespace

}  // namespace parley::sfu::bench

int main(int argc, char** argv) {
    using namespace parley::sfu::bench;
    Options options;
    CLI::App app("What a forwarded packet costs Parley's SFU, and Janus");
    app.add_option("--load", options.loads, "such as 1x60 or 10x10; may be given several times");
    app.add_option("--server", options.servers, "parley, janus; may be given several times")
        ->check(CLI::IsMember({"parley", "janus"}));
    app.add_option("--seconds", options.seconds, "that count, of each load and server")
        ->check(CLI::Range(1, 3600));
    app.add_option("--janus-event-loops", options.janus_event_loops,
                   "threads for media; 0, its default: one for each peer");
    app.add_option("--under", options.under, "command to run Parley's server by, such as valgrind");
    app.add_option("--json", options.json, "file to write the results to");
    CLI11_PARSE(app, argc, argv);
    try {
        run(options);
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "bench_sfu: %s\n", exception.what());
        return 1;
    }
    return 0;
}
