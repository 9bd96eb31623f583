#include "hosts/server/config/table_reader.hpp"

#include <algorithm>
#include <numeric>

namespace parley::server {
namespace {

/// Levenshtein's.
size_t distance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 0; i < a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.size(); ++j) {
            const size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j + 1] + 1, row[j] + 1, substituted});
        }
    }
    return row.back();
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::set<std::string>& candidates) {
    std::optional<std::string> best;
    size_t best_distance = std::max<size_t>(2, word.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        const bool part = candidate.find(word) != std::string::npos ||
                          word.find(candidate) != std::string_view::npos;
        const size_t d = part && word.size() > 3 ? 1 : distance(word, candidate);
        if (d < best_distance) {
            best = candidate;
            best_distance = d;
        }
    }
    return best;
}

TableReader::TableReader(const toml::value& table, std::string path, const std::string& file,
                         Errors& errors)
    : table_(table), path_(std::move(path)), file_(file), errors_(errors) {}

bool TableReader::has(const std::string& key) const {
    return table_.as_table().count(key) != 0;
}

const toml::value* TableReader::find(const std::string& key) {
    known_.insert(key);
    const auto found = table_.as_table().find(key);
    return found == table_.as_table().end() ? nullptr : &found->second;
}

void TableReader::fault(const std::string& key, const std::string& what) {
    const auto found = table_.as_table().find(key);
    const toml::value& where = found == table_.as_table().end() ? table_ : found->second;
    std::string line = file_;
    if (const auto number = where.location().line(); number != 0) {
        line += ":" + std::to_string(number);
    }
    errors_.push_back(line + ": " + path_ + key + ": " + what);
}

void TableReader::text(const std::string& key, std::string& target) {
    const toml::value* value = find(key);
    if (!value) return;
    if (!value->is_string()) return fault(key, "expected a text in quotes");
    target = value->as_string().str;
}

void TableReader::boolean(const std::string& key, bool& target) {
    const toml::value* value = find(key);
    if (!value) return;
    if (!value->is_boolean()) return fault(key, "expected true or false");
    target = value->as_boolean();
}

void TableReader::number(const std::string& key, size_t& target, size_t min, size_t max) {
    const toml::value* value = find(key);
    if (!value) return;
    const std::string range = std::to_string(min) + " to " + std::to_string(max);
    if (!value->is_integer()) return fault(key, "expected a whole number, " + range);
    const int64_t number = value->as_integer();
    if (number < 0 || static_cast<uint64_t>(number) < min || static_cast<uint64_t>(number) > max) {
        return fault(key, std::to_string(number) + " is out of range: " + range);
    }
    target = static_cast<size_t>(number);
}

void TableReader::texts(const std::string& key, std::vector<std::string>& target) {
    const toml::value* value = find(key);
    if (!value) return;
    if (!value->is_array()) return fault(key, "expected a list of texts: [\"…\", \"…\"]");
    target.clear();
    for (const auto& entry : value->as_array()) {
        if (!entry.is_string()) return fault(key, "expected a list of texts: [\"…\", \"…\"]");
        target.push_back(entry.as_string().str);
    }
}

const toml::value* TableReader::table(const std::string& key) {
    const toml::value* value = find(key);
    if (value && !value->is_table()) {
        fault(key, "expected a table: [" + path_ + key + "]");
        return nullptr;
    }
    return value;
}

std::vector<const toml::value*> TableReader::tables(const std::string& key) {
    std::vector<const toml::value*> tables;
    const toml::value* value = find(key);
    if (!value) return tables;
    const bool array = value->is_array();
    if (array) {
        for (const auto& entry : value->as_array())
            if (entry.is_table()) tables.push_back(&entry);
    }
    if (!array || tables.size() != value->as_array().size()) {
        fault(key, "expected tables: [[" + path_ + key + "]]");
        tables.clear();
    }
    return tables;
}

void TableReader::finish() {
    for (const auto& [key, value] : table_.as_table()) {
        if (known_.contains(key)) continue;
        const auto near = nearest(key, known_);
        fault(key, "unknown key" + (near ? "; did you mean '" + path_ + *near + "'?"
                                         : std::string("; see the sample configuration")));
    }
}

}  // namespace parley::server
