#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <toml.hpp>

namespace parley::server {

/// Reads one table of the configuration and remembers what it was asked for, so that finish() can
/// name every key nobody knows. Faults go to `errors`, a line each: "FILE:LINE: key: what is
/// wrong".
class TableReader {
  public:
    using Errors = std::vector<std::string>;

    /// `path` is the table's name with a dot at its end, or empty for the file itself.
    TableReader(const toml::value& table, std::string path, const std::string& file,
                Errors& errors);

    /// Each leaves `target` as it is where the key is missing.
    void text(const std::string& key, std::string& target);
    void boolean(const std::string& key, bool& target);
    /// `min` and `max` are inclusive.
    void number(const std::string& key, size_t& target, size_t min, size_t max);
    void texts(const std::string& key, std::vector<std::string>& target);
    /// The table of that name; null where there is none.
    const toml::value* table(const std::string& key);
    /// The tables of that name, [[KEY]], in order.
    std::vector<const toml::value*> tables(const std::string& key);
    bool has(const std::string& key) const;

    /// A fault of that key's value, or of the table where it is missing.
    void fault(const std::string& key, const std::string& what);
    /// Faults every key that was not asked for, naming the nearest known one.
    void finish();

    const toml::value& value() const { return table_; }

  private:
    const toml::value* find(const std::string& key);

    const toml::value& table_;
    std::string path_;
    const std::string& file_;
    Errors& errors_;
    std::set<std::string> known_;
};

/// The candidate that differs least from `word`, if it is near enough to be a slip of the keyboard.
std::optional<std::string> nearest(std::string_view word, const std::set<std::string>& candidates);

}  // namespace parley::server
