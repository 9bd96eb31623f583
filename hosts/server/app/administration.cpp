#include "hosts/server/app/administration.hpp"

#include "hosts/server/muc/sqlite_room_store.hpp"
#include "hosts/server/storage/data_dir.hpp"

namespace parley::server {

using xmpp::Error;
using xmpp::Jid;
using Outcome = Administration::Outcome;

namespace {

Outcome failure(std::string text) {
    return tl::unexpected(Error{std::move(text)});
}

void make_contact(RosterStore& rosters, const Jid& account, const Jid& contact) {
    auto item = rosters.find(account.local(), contact)
                    .value_or(RosterItem{contact, contact.local(), {}, {}, true, {}});
    item.listed = true;
    item.subscription = {true, true, false, false};
    item.request.clear();
    rosters.save(account.local(), item);
}

}  // namespace

Administration::Administration(const Config& config)
    : config_(config),
      database_(database_file(config.data_dir)),
      accounts_(database_),
      rosters_(database_) {}

xmpp::Result<Jid> Administration::account_jid(std::string_view text) const {
    const bool local_only = text.find('@') == std::string_view::npos;
    auto jid =
        Jid::parse(local_only ? std::string(text) + "@" + config_.domain : std::string(text));
    if (!jid) return tl::unexpected(Error{"'" + std::string(text) + "': " + jid.error().text});
    if (jid->local().empty() || !jid->is_bare() || jid->domain() != config_.domain) {
        return tl::unexpected(Error{"'" + std::string(text) +
                                    "' is not an account of this server, as in "
                                    "alice@" +
                                    config_.domain});
    }
    return jid;
}

xmpp::Result<Jid> Administration::existing_account(std::string_view text) {
    auto jid = account_jid(text);
    if (jid && !accounts_.exists(jid->local())) {
        return tl::unexpected(Error{"there is no account " + jid->to_string()});
    }
    return jid;
}

xmpp::Result<Jid> Administration::room_jid(std::string_view text) const {
    if (!config_.muc) return tl::unexpected(Error{"the configuration has no [muc] service"});
    const std::string& domain = config_.muc->domain.domain();
    const bool local_only = text.find('@') == std::string_view::npos;
    auto jid = Jid::parse(local_only ? std::string(text) + "@" + domain : std::string(text));
    if (!jid) return tl::unexpected(Error{"'" + std::string(text) + "': " + jid.error().text});
    if (jid->local().empty() || !jid->is_bare() || jid->domain() != domain) {
        return tl::unexpected(Error{"'" + std::string(text) +
                                    "' is not a room of this server, as in "
                                    "team@" +
                                    domain});
    }
    return jid;
}

Outcome Administration::create_account(std::string_view text, std::string_view password) {
    const auto jid = account_jid(text);
    if (!jid) return tl::unexpected(jid.error());
    const auto credentials = make_credentials(password);
    if (!credentials) return tl::unexpected(credentials.error());
    if (!accounts_.create(jid->local(), *credentials)) {
        return failure("there is an account " + jid->to_string() +
                       " already; 'account set-password' gives it another password");
    }
    return "account " + jid->to_string() + " created";
}

Outcome Administration::set_password(std::string_view text, std::string_view password) {
    const auto jid = existing_account(text);
    if (!jid) return tl::unexpected(jid.error());
    const auto credentials = make_credentials(password);
    if (!credentials) return tl::unexpected(credentials.error());
    accounts_.set_credentials(jid->local(), *credentials);
    return "password of " + jid->to_string() + " changed; sessions that run go on";
}

Outcome Administration::delete_account(std::string_view text) {
    const auto jid = existing_account(text);
    if (!jid) return tl::unexpected(jid.error());
    accounts_.remove(jid->local());
    return "account " + jid->to_string() + " deleted; sessions that run go on";
}

Outcome Administration::list_accounts() {
    std::string lines;
    for (const auto& local : accounts_.list()) {
        if (!lines.empty()) lines += '\n';
        lines += local + "@" + config_.domain;
    }
    return lines;
}

Outcome Administration::befriend(std::string_view first, std::string_view second) {
    const auto a = existing_account(first);
    if (!a) return tl::unexpected(a.error());
    const auto b = existing_account(second);
    if (!b) return tl::unexpected(b.error());
    if (*a == *b) return failure("nobody is a contact of their own");
    Database::Transaction transaction(database_);
    make_contact(rosters_, *a, *b);
    make_contact(rosters_, *b, *a);
    transaction.commit();
    return a->to_string() + " and " + b->to_string() +
           " are contacts; clients that are connected see it at their next login";
}

Outcome Administration::create_room(std::string_view text, const RoomWish& wish) {
    const auto jid = room_jid(text);
    if (!jid) return tl::unexpected(jid.error());
    muc::SqliteRoomStore store(database_);
    const auto existing = store.load(jid->local());
    if (!existing) return tl::unexpected(existing.error());
    if (*existing) return failure("there is a room " + jid->to_string() + " already");
    muc::RoomRecord record;
    record.name = jid->local();
    record.config = config_.muc->defaults;
    record.config.title = wish.title;
    record.config.persistent = true;
    record.config.members_only = wish.members_only;
    record.config.non_anonymous = wish.non_anonymous;
    const auto grant = [&](const std::vector<std::string>& users,
                           muc::Affiliation affiliation) -> xmpp::Result<void> {
        for (const auto& user : users) {
            const auto account = existing_account(user);
            if (!account) return tl::unexpected(account.error());
            record.affiliations[*account].affiliation = affiliation;
        }
        return {};
    };
    const auto granted = grant(wish.members, muc::Affiliation::member).and_then([&] {
        return grant(wish.owners, muc::Affiliation::owner);
    });
    if (!granted) return tl::unexpected(granted.error());
    const auto saved = store.save(record);
    if (!saved) return tl::unexpected(saved.error());
    return "room " + jid->to_string() + " created";
}

Outcome Administration::delete_room(std::string_view text) {
    const auto jid = room_jid(text);
    if (!jid) return tl::unexpected(jid.error());
    const auto lock = DataDirLock::take(config_.data_dir);
    if (!lock) {
        return failure(
            "a room is not deleted while parleyd runs: let its owner destroy it with a "
            "client, or stop parleyd. (" +
            lock.error().text + ")");
    }
    muc::SqliteRoomStore store(database_);
    const auto existing = store.load(jid->local());
    if (!existing) return tl::unexpected(existing.error());
    if (!*existing) return failure("there is no room " + jid->to_string());
    const auto removed = store.remove(jid->local());
    if (!removed) return tl::unexpected(removed.error());
    return "room " + jid->to_string() + " deleted";
}

Outcome Administration::list_rooms() {
    if (!config_.muc) return failure("the configuration has no [muc] service");
    muc::SqliteRoomStore store(database_);
    const auto names = store.names();
    if (!names) return tl::unexpected(names.error());
    std::string lines;
    for (const auto& name : *names) {
        const auto record = store.load(name);
        if (!record) return tl::unexpected(record.error());
        if (!*record) continue;
        const muc::RoomConfig& room = (*record)->config;
        if (!lines.empty()) lines += '\n';
        lines += name + "@" + config_.muc->domain.domain() + "  " +
                 (room.members_only ? "members-only" : "open") + ", " +
                 (room.non_anonymous ? "non-anonymous" : "semi-anonymous") + ", " +
                 std::to_string((*record)->affiliations.size()) + " affiliations" +
                 (room.title.empty() ? "" : "  \"" + room.title + "\"");
    }
    return lines;
}

}  // namespace parley::server
