#include "hosts/prosody/binding/wake_fd.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace parley::prosody {

WakeFd::WakeFd() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

WakeFd::~WakeFd() {
    ::close(fd_);
}

void WakeFd::signal() const {
    // EAGAIN: the counter is at its maximum, so the descriptor is readable anyway.
    static_cast<void>(eventfd_write(fd_, 1));
}

void WakeFd::clear() const {
    eventfd_t count = 0;
    static_cast<void>(eventfd_read(fd_, &count));
}

}  // namespace parley::prosody
