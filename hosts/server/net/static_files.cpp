#include "hosts/server/net/static_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace parley::server {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 17> content_types = {{
    {".css", "text/css; charset=utf-8"},
    {".gif", "image/gif"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/vnd.microsoft.icon"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
}};

/// RFC 3986 s2.1; nothing where an escape is broken or stands for a control character.
std::optional<std::string> decode(std::string_view path) {
    std::string text;
    for (size_t i = 0; i < path.size(); ++i) {
        unsigned char byte = static_cast<unsigned char>(path[i]);
        if (byte == '%') {
            const char* begin = path.data() + i + 1;
            if (i + 2 >= path.size()) return std::nullopt;
            const auto [end, error] = std::from_chars(begin, begin + 2, byte, 16);
            if (error != std::errc() || end != begin + 2) return std::nullopt;
            i += 2;
        }
        if (byte < 0x20 || byte == 0x7f || byte == '\\') return std::nullopt;
        text += static_cast<char>(byte);
    }
    return text;
}

/// A bundler's name with the content's hash, "index-4f3c9a1b.js": it never changes.
bool has_hash(const fs::path& file) {
    const std::string stem = file.stem().string();
    const size_t dash = stem.find_last_of("-.");
    if (dash == std::string::npos || stem.size() - dash - 1 < 8) return false;
    const std::string_view hash = std::string_view(stem).substr(dash + 1);
    const auto word = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '_';
    };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return std::all_of(hash.begin(), hash.end(), word) &&
           std::any_of(hash.begin(), hash.end(), digit);
}

}  // namespace

StaticFiles::StaticFiles(const fs::path& root) {
    std::error_code error;
    if (!root.empty()) root_ = fs::canonical(root, error);
}

std::optional<StaticFiles::File> StaticFiles::find(std::string_view target) const {
    if (root_.empty() || !target.starts_with('/')) return std::nullopt;
    const auto path = decode(target.substr(0, target.find_first_of("?#")));
    if (!path) return std::nullopt;
    fs::path file = root_;
    for (const auto& part : fs::path(*path).relative_path()) {
        if (part.native().starts_with('.')) return std::nullopt;
        file /= part;
    }
    std::error_code error;
    if (fs::is_directory(file, error)) file /= "index.html";
    file = fs::canonical(file, error);
    if (error || !file.native().starts_with(root_.native() + "/")) return std::nullopt;

    struct stat status {};

    if (stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;

    const auto known =
        std::find_if(content_types.begin(), content_types.end(),
                     [&](const auto& type) { return type.first == file.extension().native(); });
    const auto size = static_cast<uint64_t>(status.st_size);
    const auto changed = static_cast<uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000U +
                         static_cast<uint64_t>(status.st_mtim.tv_nsec);
    return File{file, known == content_types.end() ? "application/octet-stream" : known->second,
                has_hash(file) ? "public, max-age=31536000, immutable" : "no-cache",
                "\"" + std::to_string(changed) + "-" + std::to_string(size) + "\"", size};
}

}  // namespace parley::server
