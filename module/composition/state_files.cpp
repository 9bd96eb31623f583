#include "module/composition/state_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "xmpp/xml.hpp"

namespace parley::module {

namespace {

namespace fs = std::filesystem;

/// More than forbidden_users_max of them ever take.
constexpr size_t forbidden_users_octets_max = size_t{64} * 1024 * 1024;

/// Lines "+KEY XML" and "-KEY"; the last one may be torn.
std::map<std::string, std::string> read_journal(const fs::path& file) {
    std::map<std::string, std::string> records;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line) && !stream.eof();) {
        const size_t space = line.find(' ');
        if (line.starts_with('-')) {
            records.erase(line.substr(1));
        } else if (line.starts_with('+') && space != std::string::npos) {
            records.insert_or_assign(line.substr(1, space - 1), line.substr(space + 1));
        }
    }
    return records;
}

bool write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        content.remove_prefix(static_cast<size_t>(written));
    }
    return true;
}

int open_file(const fs::path& file, int flags) {
    return ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
}

}  // namespace

StateFiles::StateFiles(fs::path directory, std::function<void(std::string)> complain)
    : users_(directory / "forbidden-users.xml"),
      journal_(directory / "calls.journal"),
      complain_(std::move(complain)) {}

StateFiles::~StateFiles() {
    if (journal_fd_ >= 0) ::close(journal_fd_);
}

LeftBehind StateFiles::take() {
    LeftBehind left;
    std::ostringstream bytes;
    bytes << std::ifstream(users_).rdbuf();
    xmpp::XmlLimits limits;
    limits.stanza_bytes_max = forbidden_users_octets_max;
    if (const auto users = xmpp::parse_xml(bytes.str(), limits)) {
        left.forbidden = ForbiddenUsers::from_element(*users);
    } else if (!bytes.str().empty()) {
        complain_("the file " + users_.string() +
                  " makes no sense: nobody is forbidden to take part in calls");
    }
    for (const auto& [key, xml] : read_journal(journal_)) {
        if (auto record = xmpp::parse_xml(xml)) left.records.push_back(std::move(*record));
    }
    if (journal_fd_ >= 0) ::close(journal_fd_);
    journal_fd_ = open_file(journal_, O_APPEND | O_TRUNC);
    journal_size_ = 0;
    if (journal_fd_ < 0) fault(journal_);
    return left;
}

void StateFiles::store(const StoreForbiddenUsers& output) {
    replace(users_, xmpp::to_xml(output.users) + '\n');
}

void StateFiles::store(const PublishRecord& output) {
    append('+' + output.key + ' ' + xmpp::to_xml(output.value) + '\n');
}

void StateFiles::store(const WithdrawRecord& output) {
    append('-' + output.key + '\n');
}

void StateFiles::append(const std::string& line) {
    if (journal_fd_ < 0) return;
    if (!write_all(journal_fd_, line)) fault(journal_);
    journal_size_ += line.size();
    if (journal_size_ >= rewrite_at_) rewrite_journal();
}

void StateFiles::rewrite_journal() {
    std::string lines;
    for (const auto& [key, xml] : read_journal(journal_)) {
        lines.append("+").append(key).append(" ").append(xml).append("\n");
    }
    replace(journal_, lines);
    ::close(journal_fd_);
    journal_fd_ = open_file(journal_, O_APPEND);
    if (journal_fd_ < 0) fault(journal_);
    journal_size_ = lines.size();
    rewrite_at_ = journal_size_ + journal_growth_max;
}

/// A reader sees the old content or the new one, never a part.
void StateFiles::replace(const fs::path& file, std::string_view content) {
    const fs::path next = file.string() + ".new";
    const int fd = open_file(next, O_TRUNC);
    const bool is_written = fd >= 0 && write_all(fd, content);
    if (fd >= 0) ::close(fd);
    if (!is_written || ::rename(next.c_str(), file.c_str()) != 0) fault(file);
}

void StateFiles::fault(const fs::path& file) {
    if (std::exchange(has_complained_, true)) return;
    complain_("cannot write " + file.string() + " (" + std::strerror(errno) +
              "): after a restart, calls that ran and users that were forbidden are unknown");
}

}  // namespace parley::module
