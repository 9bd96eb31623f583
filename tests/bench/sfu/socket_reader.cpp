#include "tests/bench/sfu/socket_reader.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <ctime>

namespace parley::sfu::bench {

namespace {

constexpr int kEventsMax = 1024;
constexpr size_t kControlSize = CMSG_SPACE(sizeof(timespec));

int64_t arrival_ns(msghdr& message) {
    for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
         each = CMSG_NXTHDR(&message, each)) {
        if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_TIMESTAMPNS) continue;
        timespec time{};
        std::memcpy(&time, CMSG_DATA(each), sizeof time);
        return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    }
    return 0;
}

}  // namespace

SocketReader::SocketReader() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

SocketReader::~SocketReader() {
    close(epoll_);
}

void SocketReader::add(int socket, size_t index) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = (uint64_t{index} << 32) | static_cast<uint32_t>(socket);
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
}

void SocketReader::read(const OnDatagram& on_datagram) {
    std::array<epoll_event, kEventsMax> events;
    const int count = epoll_wait(epoll_, events.data(), kEventsMax, 0);
    for (int i = 0; i < count; ++i) {
        const uint64_t data = events[static_cast<size_t>(i)].data.u64;
        drain(static_cast<int>(data & UINT32_MAX), static_cast<size_t>(data >> 32), on_datagram);
    }
}

void SocketReader::drain(int socket, size_t index, const OnDatagram& on_datagram) {
    std::array<mmsghdr, kBatch> messages{};
    std::array<iovec, kBatch> bytes;
    alignas(cmsghdr) std::array<std::array<uint8_t, kControlSize>, kBatch> controls;
    for (size_t i = 0; i < kBatch; ++i) {
        bytes[i] = {.iov_base = buffers_[i].data(), .iov_len = buffers_[i].size()};
        messages[i].msg_hdr.msg_iov = &bytes[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_control = controls[i].data();
        messages[i].msg_hdr.msg_controllen = controls[i].size();
    }
    const int count = recvmmsg(socket, messages.data(), kBatch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<size_t>(i);
        on_datagram(index, std::span(buffers_[at]).first(messages[at].msg_len),
                    arrival_ns(messages[at].msg_hdr));
    }
}

}  // namespace parley::sfu::bench
