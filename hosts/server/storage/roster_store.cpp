#include "hosts/server/storage/roster_store.hpp"

namespace parley::server {
namespace {

#define ROSTER_COLUMNS \
    "contact, name, listed, sub_to, sub_from, pending_out, pending_in, request, groups"

/// Groups are kept as one text, each followed by a line end: a group's name has none (they are XML
/// text from which control characters were refused).
std::vector<std::string> split_groups(std::string_view text) {
    std::vector<std::string> groups;
    for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        groups.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return groups;
}

std::string join_groups(const std::vector<std::string>& groups) {
    std::string text;
    for (const auto& group : groups)
        (text += group) += '\n';
    return text;
}

std::optional<RosterItem> read_item(const Statement& row) {
    auto contact = xmpp::Jid::parse(row.text(0));
    if (!contact) return std::nullopt;
    return RosterItem{
        std::move(*contact),
        row.text(1),
        split_groups(row.text(8)),
        {row.integer(3) != 0, row.integer(4) != 0, row.integer(5) != 0, row.integer(6) != 0},
        row.integer(2) != 0,
        row.text(7)};
}

}  // namespace

RosterStore::RosterStore(Database& database)
    : load_(database.prepare("SELECT " ROSTER_COLUMNS " FROM roster_item WHERE local = ?")),
      find_(database.prepare("SELECT " ROSTER_COLUMNS
                             " FROM roster_item WHERE local = ? AND contact = ?")),
      save_(database.prepare("INSERT OR REPLACE INTO roster_item (" ROSTER_COLUMNS
                             ", local) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      remove_(database.prepare("DELETE FROM roster_item WHERE local = ? AND contact = ?")),
      count_(database.prepare("SELECT count(*) FROM roster_item WHERE local = ?")) {}

std::vector<RosterItem> RosterStore::load(std::string_view local) {
    std::vector<RosterItem> items;
    load_.bind(1, local);
    while (load_.step()) {
        if (auto item = read_item(load_)) items.push_back(std::move(*item));
    }
    return items;
}

std::optional<RosterItem> RosterStore::find(std::string_view local, const xmpp::Jid& contact) {
    std::optional<RosterItem> item;
    if (find_.bind(1, local).bind(2, contact.to_string()).step()) item = read_item(find_);
    find_.reset();
    return item;
}

void RosterStore::save(std::string_view local, const RosterItem& item) {
    const Subscription& state = item.subscription;
    if (!item.listed && !state.pending_in && !state.pending_out && !state.to && !state.from) {
        remove(local, item.contact);
        return;
    }
    save_.bind(1, item.contact.to_string())
        .bind(2, item.name)
        .bind(3, int64_t{item.listed})
        .bind(4, int64_t{state.to})
        .bind(5, int64_t{state.from})
        .bind(6, int64_t{state.pending_out})
        .bind(7, int64_t{state.pending_in})
        .bind(8, item.request)
        .bind(9, join_groups(item.groups))
        .bind(10, local)
        .run();
}

void RosterStore::remove(std::string_view local, const xmpp::Jid& contact) {
    remove_.bind(1, local).bind(2, contact.to_string()).run();
}

size_t RosterStore::count(std::string_view local) {
    count_.bind(1, local).step();
    const auto count = static_cast<size_t>(count_.integer(0));
    count_.reset();
    return count;
}

}  // namespace parley::server
