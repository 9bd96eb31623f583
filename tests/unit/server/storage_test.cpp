#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "hosts/server/storage/account_store.hpp"
#include "hosts/server/storage/data_dir.hpp"
#include "hosts/server/storage/database.hpp"
#include "hosts/server/storage/roster_store.hpp"
#include "tests/unit/temporary_folder.hpp"

using namespace parley::server;

BOOST_AUTO_TEST_SUITE(storage)

namespace {

parley::xmpp::Jid jid(const char* text) {
    return *parley::xmpp::Jid::parse(text);
}

}  // namespace

BOOST_AUTO_TEST_CASE(accounts_and_rosters_survive_a_restart) {
    const parley::test::TemporaryFolder folder;
    const auto credentials = *make_credentials("secret", 4096);
    std::string decoy_salt;
    {
        Database database(database_file(folder.path / "data"));
        AccountStore accounts(database);
        RosterStore rosters(database);
        BOOST_TEST(accounts.create("alice", credentials));
        BOOST_TEST(!accounts.create("alice", credentials));
        rosters.save("alice", {jid("bob@localhost"),
                               "Bob",
                               {"Friends", "Work & play"},
                               {true, false, false, true},
                               true,
                               "<presence/>"});
        decoy_salt = accounts.decoy("nobody").sha256.salt;
    }
    Database database(database_file(folder.path / "data"));
    AccountStore accounts(database);
    RosterStore rosters(database);
    const auto found = accounts.find("alice");
    BOOST_REQUIRE(found);
    BOOST_TEST(found->sha1.stored_key == credentials.sha1.stored_key);
    BOOST_TEST(found->sha256.server_key == credentials.sha256.server_key);
    BOOST_TEST(found->sha256.salt == credentials.sha256.salt);
    BOOST_TEST(found->sha256.iterations == 4096U);
    BOOST_TEST(accounts.decoy("nobody").sha256.salt == decoy_salt);
    BOOST_TEST(accounts.decoy("somebody").sha256.salt != decoy_salt);
    const auto item = rosters.find("alice", jid("bob@localhost"));
    BOOST_REQUIRE(item);
    BOOST_TEST(item->name == "Bob");
    BOOST_TEST((item->groups == std::vector<std::string>{"Friends", "Work & play"}));
    BOOST_TEST((item->subscription == Subscription{true, false, false, true}));
    BOOST_TEST(item->request == "<presence/>");
}

BOOST_AUTO_TEST_CASE(an_account_takes_its_roster_with_it) {
    Database database(":memory:");
    AccountStore accounts(database);
    RosterStore rosters(database);
    accounts.create("alice", *make_credentials("secret", 4096));
    rosters.save("alice", {jid("bob@localhost"), "", {}, {}, true, ""});
    BOOST_TEST(accounts.remove("alice"));
    BOOST_TEST(!accounts.remove("alice"));
    BOOST_TEST(!accounts.find("alice"));
    BOOST_TEST(rosters.count("alice") == 0U);
}

BOOST_AUTO_TEST_CASE(an_item_with_nothing_to_remember_is_gone) {
    Database database(":memory:");
    AccountStore accounts(database);
    RosterStore rosters(database);
    accounts.create("alice", *make_credentials("secret", 4096));
    RosterItem item{jid("bob@localhost"), "", {}, {false, false, false, true}, false, "x"};
    rosters.save("alice", item);
    BOOST_TEST(rosters.count("alice") == 1U);
    item.subscription.pending_in = false;
    rosters.save("alice", item);
    BOOST_TEST(rosters.count("alice") == 0U);
}

BOOST_AUTO_TEST_CASE(a_transaction_without_commit_leaves_nothing) {
    Database database(":memory:");
    AccountStore accounts(database);
    {
        Database::Transaction transaction(database);
        database.execute("INSERT INTO account (local, created_at) VALUES ('ghost', 0)");
    }
    BOOST_TEST(!accounts.exists("ghost"));
}

BOOST_AUTO_TEST_CASE(a_database_of_a_newer_version_is_refused) {
    const parley::test::TemporaryFolder folder;
    const auto file = database_file(folder.path);
    { Database(file).execute("PRAGMA user_version = 1000"); }
    BOOST_CHECK_EXCEPTION(Database{file}, DatabaseError, [](const DatabaseError& error) {
        return std::string(error.what()).find("newer parleyd") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_an_error_not_a_crash) {
    const parley::test::TemporaryFolder folder;
    const auto file = database_file(folder.path);
    FILE* out = fopen(file.c_str(), "w");
    fputs("this is no database, and it is long enough to be looked at as one", out);
    fclose(out);
    BOOST_CHECK_THROW(Database{file}, DatabaseError);
}

BOOST_AUTO_TEST_CASE(two_servers_do_not_share_a_folder) {
    const parley::test::TemporaryFolder folder;
    const auto first = DataDirLock::take(folder.path);
    BOOST_REQUIRE(first);
    const auto second = DataDirLock::take(folder.path);
    BOOST_REQUIRE(!second);
    BOOST_TEST(second.error().text.find(std::to_string(getpid())) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
