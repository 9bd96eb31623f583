#include "hosts/server/muc/sqlite_room_store.hpp"

#include <utility>

namespace parley::server::muc {
namespace {

using std::chrono::milliseconds;

int64_t to_milliseconds(TimePoint time) {
    return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

/// Runs what may throw DatabaseError, and makes a Result of it.
template <class Body>
auto guarded(Body body) -> xmpp::Result<decltype(body())> {
    try {
        if constexpr (std::is_void_v<decltype(body())>) {
            body();
            return {};
        } else {
            return body();
        }
    } catch (const DatabaseError& error) {
        return tl::unexpected(xmpp::Error{error.what()});
    }
}

/// The columns from `title` on, in the order of the table.
RoomConfig read_config(const Statement& row) {
    RoomConfig config;
    config.title = row.text(0);
    config.description = row.text(1);
    config.password = row.text(2);
    config.persistent = true;
    config.publicly_listed = row.integer(3) != 0;
    config.moderated = row.integer(4) != 0;
    config.members_only = row.integer(5) != 0;
    config.non_anonymous = row.integer(6) != 0;
    config.allow_invites = row.integer(7) != 0;
    config.change_subject = row.integer(8) != 0;
    config.occupants_max = static_cast<size_t>(row.integer(9));
    config.history_messages = static_cast<size_t>(row.integer(10));
    config.private_messages = static_cast<PrivateMessages>(row.integer(11));
    return config;
}

constexpr std::string_view select_room =
    "SELECT title, description, password, publicly_listed, moderated, members_only, non_anonymous, "
    "allow_invites, change_subject, occupants_max, history_messages, private_messages, subject, "
    "subject_nick, subject_changed_ms FROM muc_room WHERE name = ?";

constexpr std::string_view insert_room =
    "INSERT INTO muc_room (name, title, description, password, publicly_listed, moderated, "
    "members_only, non_anonymous, allow_invites, change_subject, occupants_max, history_messages, "
    "private_messages, subject, subject_nick, subject_changed_ms) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

}  // namespace

xmpp::Result<std::vector<std::string>> SqliteRoomStore::names() {
    return guarded([&] {
        std::vector<std::string> names;
        Statement rows = database_.prepare("SELECT name FROM muc_room ORDER BY name");
        while (rows.step())
            names.push_back(rows.text(0));
        return names;
    });
}

xmpp::Result<std::optional<RoomRecord>> SqliteRoomStore::load(std::string_view name) {
    return guarded([&]() -> std::optional<RoomRecord> {
        Statement row = database_.prepare(select_room);
        row.bind(1, name);
        if (!row.step()) return std::nullopt;
        RoomRecord record{std::string(name), read_config(row), {}, {}};
        record.subject = {row.text(12), row.text(13), TimePoint(milliseconds(row.integer(14)))};
        Statement entries =
            database_.prepare("SELECT user, affiliation, nick FROM muc_affiliation WHERE room = ?");
        entries.bind(1, name);
        while (entries.step()) {
            const auto user = xmpp::Jid::parse(entries.text(0));
            const auto affiliation = parse_affiliation(entries.text(1));
            if (user && affiliation)
                record.affiliations.emplace(*user, AffiliationEntry{*affiliation, entries.text(2)});
        }
        Statement values =
            database_.prepare("SELECT module, form FROM muc_module_values WHERE room = ?");
        values.bind(1, name);
        while (values.step())
            record.module_values.emplace(values.text(0), values.text(1));
        return record;
    });
}

xmpp::Result<void> SqliteRoomStore::save(const RoomRecord& record) {
    return guarded([&] {
        Database::Transaction transaction(database_);
        database_.prepare("DELETE FROM muc_room WHERE name = ?").bind(1, record.name).run();
        write_room(record);
        write_affiliations(record.name, record.affiliations);
        write_module_values(record);
        transaction.commit();
    });
}

xmpp::Result<void> SqliteRoomStore::save_affiliations(std::string_view name,
                                                      const AffiliationMap& changed) {
    return guarded([&] {
        Database::Transaction transaction(database_);
        write_affiliations(name, changed);
        transaction.commit();
    });
}

xmpp::Result<void> SqliteRoomStore::save_subject(std::string_view name, const Subject& subject) {
    return guarded([&] {
        Statement update = database_.prepare(
            "UPDATE muc_room SET subject = ?, subject_nick = ?, subject_changed_ms = ? WHERE name "
            "= ?");
        update.bind(1, subject.text).bind(2, subject.nick);
        update.bind(3, to_milliseconds(subject.changed_at)).bind(4, name).run();
        if (database_.changes() == 0) throw DatabaseError("the room is not stored");
    });
}

xmpp::Result<void> SqliteRoomStore::remove(std::string_view name) {
    return guarded(
        [&] { database_.prepare("DELETE FROM muc_room WHERE name = ?").bind(1, name).run(); });
}

void SqliteRoomStore::write_room(const RoomRecord& record) {
    const RoomConfig& config = record.config;
    Statement insert = database_.prepare(insert_room);
    int column = 0;
    for (const std::string* text :
         {&record.name, &config.title, &config.description, &config.password})
        insert.bind(++column, *text);
    for (const bool flag : {config.publicly_listed, config.moderated, config.members_only,
                            config.non_anonymous, config.allow_invites, config.change_subject})
        insert.bind(++column, int64_t{flag});
    insert.bind(++column, static_cast<int64_t>(config.occupants_max));
    insert.bind(++column, static_cast<int64_t>(config.history_messages));
    insert.bind(++column, static_cast<int64_t>(config.private_messages));
    insert.bind(++column, record.subject.text);
    insert.bind(++column, record.subject.nick);
    insert.bind(++column, to_milliseconds(record.subject.changed_at));
    insert.run();
}

void SqliteRoomStore::write_module_values(const RoomRecord& record) {
    Statement insert =
        database_.prepare("INSERT INTO muc_module_values (room, module, form) VALUES (?, ?, ?)");
    for (const auto& [module, form] : record.module_values)
        insert.bind(1, record.name).bind(2, module).bind(3, form).run();
}

void SqliteRoomStore::write_affiliations(std::string_view name, const AffiliationMap& changed) {
    Statement forget = database_.prepare("DELETE FROM muc_affiliation WHERE room = ? AND user = ?");
    Statement insert = database_.prepare(
        "INSERT INTO muc_affiliation (room, user, affiliation, nick) VALUES (?, ?, ?, ?)");
    for (const auto& [user, entry] : changed) {
        const std::string address = user.to_string();
        forget.bind(1, name).bind(2, address).run();
        if (entry.affiliation == Affiliation::none) continue;
        insert.bind(1, name).bind(2, address).bind(3, to_string(entry.affiliation));
        insert.bind(4, entry.nick).run();
    }
}

}  // namespace parley::server::muc
