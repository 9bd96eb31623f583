#include "tests/bench/sfu/server_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/bench/sfu/transport_word.hpp"

namespace parley::sfu::bench {

namespace {

constexpr int kAnswerTime_ms = 30'000;
constexpr int kEndTime_ms = 10'000;

struct Pipe {
    Pipe() {
        if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    }

    std::array<int, 2> ends{};
};

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text += ' ' + word;
    return text;
}

}  // namespace

ServerProcess::ServerProcess(const std::vector<std::string>& command) {
    Pipe input;
    Pipe output;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.ends[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.ends[1], STDOUT_FILENO);
    std::vector<char*> arguments;
    for (const auto& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const int error =
        posix_spawnp(&child_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(input.ends[0]);
    close(output.ends[1]);
    to_child_ = input.ends[1];
    from_child_ = output.ends[0];
    if (error != 0) throw std::runtime_error("cannot start " + command[0]);
    const auto ready = split(read_line(), ' ');
    if (ready.size() != 3 || ready[0] != "ready") throw std::runtime_error("it is not ready");
    sfu_ = "/proc/" + ready[1];
    address_ = ready[2];
}

/// The end of its input tells it to end.
ServerProcess::~ServerProcess() {
    close(to_child_);
    pollfd output{.fd = from_child_, .events = 0, .revents = 0};
    if (poll(&output, 1, kEndTime_ms) != 1) kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    close(from_child_);
}

std::string ServerProcess::read_line() {
    for (;;) {
        if (const auto end = received_.find('\n'); end != std::string::npos) {
            std::string line = received_.substr(0, end);
            received_.erase(0, end + 1);
            return line;
        }
        pollfd output{.fd = from_child_, .events = POLLIN, .revents = 0};
        std::array<char, 4096> bytes;
        if (poll(&output, 1, kAnswerTime_ms) != 1) throw std::runtime_error("it takes too long");
        const ssize_t size = read(from_child_, bytes.data(), bytes.size());
        if (size <= 0) throw std::runtime_error("it has ended");
        received_.append(bytes.data(), static_cast<size_t>(size));
    }
}

std::vector<std::string> ServerProcess::request(const std::string& line) {
    const std::string bytes = line + '\n';
    if (write(to_child_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
        throw std::runtime_error("it does not listen");
    }
    auto words = split(read_line(), ' ');
    if (words.empty() || words[0] != "ok") throw std::runtime_error("it fails: " + line);
    words.erase(words.begin());
    return words;
}

Transport ServerProcess::publish(uint32_t number, const Transport& offer) {
    const auto words = request("publish " + std::to_string(number) + ' ' + word_of(offer));
    return transport_of(words.at(0), Fingerprint::Setup::passive);
}

std::vector<Transport> ServerProcess::subscribe(uint32_t number,
                                                const std::vector<uint32_t>& sources) {
    std::vector<std::string> numbers;
    for (const uint32_t source : sources)
        numbers.push_back(std::to_string(source));
    std::vector<Transport> offers;
    for (const auto& word : request("subscribe " + std::to_string(number) + joined(numbers)))
        offers.push_back(transport_of(word, Fingerprint::Setup::actpass));
    return offers;
}

void ServerProcess::answer(uint32_t number, const std::vector<Transport>& answers) {
    std::vector<std::string> words;
    for (const auto& each : answers)
        words.push_back(word_of(each));
    request("answer " + std::to_string(number) + joined(words));
}

std::chrono::nanoseconds ServerProcess::cpu_time() const {
    int64_t total_ns = 0;
    for (const auto& task : std::filesystem::directory_iterator(sfu_ + "/task")) {
        int64_t on_cpu_ns = 0;
        std::ifstream(task.path() / "schedstat") >> on_cpu_ns;
        total_ns += on_cpu_ns;
    }
    return std::chrono::nanoseconds(total_ns);
}

size_t ServerProcess::memory() const {
    size_t pages = 0;
    size_t resident_pages = 0;
    std::ifstream(sfu_ + "/statm") >> pages >> resident_pages;
    return resident_pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace parley::sfu::bench
