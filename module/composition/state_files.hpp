#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "module/coordinator.hpp"

namespace parley::module {

/// The journal of calls is written anew when it has grown by that much, in octets.
inline constexpr size_t journal_growth_max = size_t{8} * 1024 * 1024;

/// What outlives a restart, in the directory that the host gives (xsm/storage.h): a file of
/// forbidden users, replaced as a whole, and a journal of the calls that run, to which every change
/// is appended. Survives the end of the process, not the loss of power. One owner at a time.
class StateFiles {
  public:
    /// `complain` gets what an administrator should know, once for each kind of fault.
    StateFiles(std::filesystem::path directory, std::function<void(std::string)> complain);
    ~StateFiles();
    StateFiles(const StateFiles&) = delete;
    StateFiles& operator=(const StateFiles&) = delete;

    /// What the last run has left; begins an empty journal.
    LeftBehind take();

    void store(const StoreForbiddenUsers& output);
    void store(const PublishRecord& output);
    void store(const WithdrawRecord& output);

  private:
    void append(const std::string& line);
    void rewrite_journal();
    void replace(const std::filesystem::path& file, std::string_view content);
    void fault(const std::filesystem::path& file);

    const std::filesystem::path users_;
    const std::filesystem::path journal_;
    const std::function<void(std::string)> complain_;
    bool has_complained_ = false;
    int journal_fd_ = -1;
    size_t journal_size_ = 0;
    size_t rewrite_at_ = journal_growth_max;
};

}  // namespace parley::module
