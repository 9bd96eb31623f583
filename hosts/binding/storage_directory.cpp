#include "hosts/binding/storage_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace parley::binding {

namespace fs = std::filesystem;

xmpp::Result<std::string> make_storage_directory(const fs::path& directory) {
    if (directory.empty()) return std::string();
    std::error_code error;
    const fs::path path = fs::absolute(directory, error).lexically_normal();
    if (!error) fs::create_directories(path.parent_path(), error);
    if (!error && mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        error.assign(errno, std::generic_category());
    if (!error && !fs::is_directory(path, error) && !error)
        error = std::make_error_code(std::errc::not_a_directory);
    if (!error && access(path.c_str(), R_OK | W_OK | X_OK) != 0)
        error.assign(errno, std::generic_category());
    if (!error) return path.string();
    return tl::unexpected(
        xmpp::Error{"the module cannot keep anything in " + path.string() + ": " + error.message() +
                    ". Let the server's user write there, and start the module again"});
}

}  // namespace parley::binding
