#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace parley::server {

/// Finds the files of the call page below one folder. Never outside of it, never a hidden file.
class StaticFiles {
  public:
    /// An empty path serves nothing.
    explicit StaticFiles(const std::filesystem::path& root);

    struct File {
        std::filesystem::path path;
        std::string_view content_type;
        std::string_view cache_control;
        std::string etag;  ///< quoted
        uint64_t size;     ///< octets
    };

    /// `target` is an HTTP request's: an encoded path, perhaps with a query. A folder means its
    /// index.html. Nothing: 404.
    std::optional<File> find(std::string_view target) const;

  private:
    std::filesystem::path root_;
};

}  // namespace parley::server
