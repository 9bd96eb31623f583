#include "tests/unit/server/socket_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace parley::server::test {

namespace {

constexpr std::chrono::seconds patience{30};

}  // namespace

SocketClient::SocketClient(uint16_t port, int receive_buffer)
    : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) {
        setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const timeval timeout{patience.count(), 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("cannot connect to port " + std::to_string(port));
    }
}

SocketClient::~SocketClient() {
    close(socket_);
}

bool SocketClient::start_tls(int max_version) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_max_proto_version(context_.get(), max_version);
    tls_.reset(SSL_new(context_.get()));
    SSL_set_fd(tls_.get(), socket_);
    return SSL_connect(tls_.get()) == 1;
}

bool SocketClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent =
            tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                 : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
}

bool SocketClient::send_frame(std::string_view text, uint8_t opcode) {
    std::string frame(1, static_cast<char>(0x80 | opcode));
    if (text.size() < 126) {
        frame += static_cast<char>(0x80 | text.size());
    } else {
        frame += static_cast<char>(0x80 | 126);
        frame += static_cast<char>(text.size() >> 8);
        frame += static_cast<char>(text.size() & 0xff);
    }
    frame.append(4, '\0');  // a mask of zeros leaves the text as it is
    return send(frame.append(text));
}

std::string SocketClient::read_some(std::chrono::milliseconds time) {
    std::array<char, 16 * 1024> bytes{};
    if (!tls_ || SSL_pending(tls_.get()) == 0) {
        pollfd wait{socket_, POLLIN, 0};
        if (poll(&wait, 1, static_cast<int>(time.count())) <= 0) return {};
    }
    const ssize_t size = tls_ ? SSL_read(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : recv(socket_, bytes.data(), bytes.size(), 0);
    end_ = size <= 0;
    return {bytes.data(), size > 0 ? static_cast<size_t>(size) : 0};
}

std::string SocketClient::read_until(std::string_view text) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        if (const size_t found = buffer_.find(text); found != std::string::npos) {
            std::string result = buffer_.substr(0, found + text.size());
            buffer_.erase(0, found + text.size());
            return result;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (end_ || left.count() <= 0) return std::exchange(buffer_, {});
        buffer_ += read_some(left);
    }
}

bool SocketClient::closed() {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!end_ && std::chrono::steady_clock::now() < deadline) {
        read_some(std::chrono::milliseconds(100));
    }
    return end_;
}

}  // namespace parley::server::test
