#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

extern char** environ;

namespace parley::sfu::test {

/// A UDP socket on loopback.
class LoopbackSocket {
  public:
    LoopbackSocket() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = loopback(0);
        BOOST_REQUIRE_EQUAL(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        socklen_t size = sizeof address;
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }

    ~LoopbackSocket() { close(fd_); }

    LoopbackSocket(const LoopbackSocket&) = delete;
    LoopbackSocket& operator=(const LoopbackSocket&) = delete;

    static sockaddr_in loopback(uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    int fd() const { return fd_; }

    uint16_t port() const { return port_; }

  private:
    int fd_;
    uint16_t port_ = 0;
};

/// A private coturn on loopback, which knows whoever has its secret.
class Coturn {
  public:
    static constexpr const char* kSecret = "a secret of the test";

    static bool installed() { return access(PARLEY_COTURN, X_OK) == 0; }

    Coturn() : port_(LoopbackSocket().port()) {
        BOOST_REQUIRE(mkdtemp(folder_.data()) != nullptr);
        std::vector<std::string> arguments{PARLEY_COTURN,
                                           "-n",
                                           "--log-file=/dev/null",
                                           "--no-cli",
                                           "--no-tls",
                                           "--no-dtls",
                                           "--listening-ip=127.0.0.1",
                                           "--relay-ip=127.0.0.1",
                                           "--listening-port=" + std::to_string(port_),
                                           "--allow-loopback-peers",
                                           "--realm=localhost",
                                           "--use-auth-secret",
                                           std::string("--static-auth-secret=") + kSecret,
                                           "--userdb=" + folder_ + "/users",
                                           "--pidfile=/dev/null"};
        std::vector<char*> pointers;
        for (auto& argument : arguments)
            pointers.push_back(argument.data());
        pointers.push_back(nullptr);
        posix_spawn_file_actions_t quiet;
        posix_spawn_file_actions_init(&quiet);
        posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", 1, 0);
        posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", 1, 0);
        const int error =
            posix_spawn(&process_, PARLEY_COTURN, &quiet, nullptr, pointers.data(), environ);
        posix_spawn_file_actions_destroy(&quiet);
        BOOST_REQUIRE_EQUAL(error, 0);
        BOOST_REQUIRE_MESSAGE(answers(), "coturn does not listen");
    }

    ~Coturn() {
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    Coturn(const Coturn&) = delete;
    Coturn& operator=(const Coturn&) = delete;

    uint16_t port() const { return port_; }

  private:
    /// Whether it answers a STUN Binding request (RFC 8489 s5) before half a minute is over.
    bool answers() const {
        constexpr std::array<uint8_t, 20> request{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2};
        const sockaddr_in server = LoopbackSocket::loopback(port_);
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (std::chrono::steady_clock::now() < end) {
            const LoopbackSocket socket;
            sendto(socket.fd(), request.data(), request.size(), 0,
                   reinterpret_cast<const sockaddr*>(&server), sizeof server);
            pollfd wanted{.fd = socket.fd(), .events = POLLIN, .revents = 0};
            if (poll(&wanted, 1, 100) == 1) return true;
        }
        return false;
    }

    std::string folder_ =
        (std::filesystem::temp_directory_path() / "parley-coturn-XXXXXX").string();
    uint16_t port_;
    pid_t process_ = 0;
};

}  // namespace parley::sfu::test
