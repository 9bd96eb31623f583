#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "sfu/session_description.hpp"

namespace parley::sfu::bench {

/// An SFU in a process of its own, and the process beside it that speaks for it on its standard
/// input and output, a line for a line (README.md). All functions throw std::runtime_error where it
/// fails or takes longer than half a minute.
class ServerProcess {
  public:
    explicit ServerProcess(const std::vector<std::string>& command);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    /// Where its clients' sockets are to be, to reach it.
    const std::string& address() const { return address_; }

    /// Participant `number` sends audio and video.
    Transport publish(uint32_t number, const Transport& offer);

    /// Participant `number` gets what `sources` send: what the server offers, one session or more.
    std::vector<Transport> subscribe(uint32_t number, const std::vector<uint32_t>& sources);
    void answer(uint32_t number, const std::vector<Transport>& answers);

    /// Used by all threads of the SFU's process so far.
    std::chrono::nanoseconds cpu_time() const;

    /// Octets that are resident.
    size_t memory() const;

  private:
    std::vector<std::string> request(const std::string& line);
    std::string read_line();

    pid_t child_ = -1;
    int to_child_ = -1;
    int from_child_ = -1;
    std::string received_;
    std::string sfu_;  ///< its folder in /proc
    std::string address_;
};

}  // namespace parley::sfu::bench
