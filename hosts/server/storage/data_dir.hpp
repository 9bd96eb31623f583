#pragma once

#include <filesystem>

#include "xmpp/result.hpp"

namespace parley::server {

/// The database in the data folder. Makes the folder, for its owner only, where it is missing.
std::filesystem::path database_file(const std::filesystem::path& data_dir);

/// Held by a running parleyd, so that no second one uses the folder.
class DataDirLock {
  public:
    /// The error names the process that holds it.
    static xmpp::Result<DataDirLock> take(const std::filesystem::path& data_dir);
    ~DataDirLock();
    DataDirLock(DataDirLock&& other) noexcept;
    DataDirLock& operator=(DataDirLock&&) = delete;

  private:
    explicit DataDirLock(int descriptor) : descriptor_(descriptor) {}

    int descriptor_;
};

}  // namespace parley::server
