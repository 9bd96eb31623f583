#include "sfu/udp_path.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace parley::sfu {

namespace {

/// A kernel that does not know UDP_SEGMENT (before 4.18) would send the run as one datagram: it is
/// asked once, not tried.
bool kernel_segments(int fd) {
    static const bool known = [fd] {
        int value = 0;
        socklen_t size = sizeof value;
        return getsockopt(fd, SOL_UDP, UDP_SEGMENT, &value, &size) == 0;
    }();
    return known;
}

msghdr message_of(const sockaddr_storage& address, socklen_t address_size, iovec& bytes) {
    msghdr message{};
    message.msg_name = const_cast<sockaddr_storage*>(&address);  // the kernel only reads it
    message.msg_namelen = address_size;
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    return message;
}

iovec bytes_of(std::span<const uint8_t> datagrams) {
    return {.iov_base = const_cast<uint8_t*>(datagrams.data()), .iov_len = datagrams.size()};
}

}  // namespace

UdpPath::UdpPath(const sockaddr_storage& address)
    : address_(address),
      address_size_(address.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in)) {}

size_t UdpPath::send(int fd, std::span<const uint8_t> datagrams, size_t segment_size) {
    const bool several = datagrams.size() > segment_size;
    if (several && segment_size <= segment_size_max_ && kernel_segments(fd)) {
        switch (send_segments(fd, datagrams, segment_size)) {
            case Outcome::sent:
                return (datagrams.size() + segment_size - 1) / segment_size;
            case Outcome::not_sent:
                return 0;
            case Outcome::not_as_segments:
                break;
        }
    }
    return send_singly(fd, datagrams, segment_size);
}

UdpPath::Outcome UdpPath::send_segments(int fd, std::span<const uint8_t> datagrams,
                                        size_t segment_size) {
    iovec bytes = bytes_of(datagrams);
    msghdr message = message_of(address_, address_size_, bytes);
    alignas(cmsghdr) std::array<uint8_t, CMSG_SPACE(sizeof(uint16_t))> control{};
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    const auto segment = static_cast<uint16_t>(segment_size);
    std::memcpy(CMSG_DATA(header), &segment, sizeof segment);
    if (sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return Outcome::sent;
    // Larger than the path's MTU (EINVAL or EMSGSIZE, by the kernel's age), or a device that
    // cannot.
    if (errno != EINVAL && errno != EMSGSIZE && errno != EIO) return Outcome::not_sent;
    segment_size_max_ = errno == EIO ? 0 : segment_size - 1;
    return Outcome::not_as_segments;
}

size_t UdpPath::send_singly(int fd, std::span<const uint8_t> datagrams, size_t segment_size) const {
    size_t sent = 0;
    while (!datagrams.empty()) {
        const auto datagram = datagrams.first(std::min(segment_size, datagrams.size()));
        iovec bytes = bytes_of(datagram);
        const msghdr message = message_of(address_, address_size_, bytes);
        if (sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) ++sent;
        datagrams = datagrams.subspan(datagram.size());
    }
    return sent;
}

}  // namespace parley::sfu
