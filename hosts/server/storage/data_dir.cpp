#include "hosts/server/storage/data_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace parley::server {

namespace fs = std::filesystem;

fs::path database_file(const fs::path& data_dir) {
    std::error_code error;
    if (fs::create_directories(data_dir, error)) {
        fs::permissions(data_dir, fs::perms::owner_all, error);
    }
    return data_dir / "parley.db";
}

xmpp::Result<DataDirLock> DataDirLock::take(const fs::path& data_dir) {
    database_file(data_dir);
    const fs::path file = data_dir / "parleyd.lock";
    const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return tl::unexpected(
            xmpp::Error{"cannot write " + file.string() + ": " + std::strerror(errno)});
    }
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        std::array<char, 32> pid{};
        const ssize_t size = read(descriptor, pid.data(), pid.size() - 1);
        close(descriptor);
        return tl::unexpected(
            xmpp::Error{"parleyd is already running on " + data_dir.string() + " (process " +
                        std::string(pid.data(), size > 0 ? static_cast<size_t>(size) : 0) +
                        "); stop it first, or use another data_dir"});
    }
    const std::string pid = std::to_string(getpid());
    if (ftruncate(descriptor, 0) != 0 || write(descriptor, pid.data(), pid.size()) < 0) {
        close(descriptor);
        return tl::unexpected(xmpp::Error{"cannot write " + file.string()});
    }
    return DataDirLock(descriptor);
}

DataDirLock::DataDirLock(DataDirLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

DataDirLock::~DataDirLock() {
    if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace parley::server
