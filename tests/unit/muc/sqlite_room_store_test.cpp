#include "hosts/server/muc/sqlite_room_store.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "tests/unit/temporary_folder.hpp"

using namespace parley::server;
using namespace parley::server::muc;
namespace xmpp = parley::xmpp;

namespace {

xmpp::Jid jid(const char* text) {
    return *xmpp::Jid::parse(text);
}

RoomRecord example() {
    RoomRecord record{"cave", {}, {}, {}};
    record.config.title = "A Dark 'Cave'";
    record.config.description = "for witches";
    record.config.password = "cauldronburn";
    record.config.persistent = true;
    record.config.publicly_listed = true;
    record.config.moderated = true;
    record.config.members_only = true;
    record.config.non_anonymous = true;
    record.config.allow_invites = false;
    record.config.change_subject = true;
    record.config.occupants_max = 13;
    record.config.history_messages = 7;
    record.config.private_messages = PrivateMessages::moderators;
    record.affiliations = {{jid("crone1@example.org"), {Affiliation::owner, "first"}},
                           {jid("eve@example.org"), {Affiliation::outcast, ""}}};
    record.subject = {"Fire Burn", "first",
                      TimePoint(std::chrono::milliseconds(1'795'422'743'120))};
    record.module_values = {{"one", "<x>'1'</x>"}, {"two", "<x/>"}};
    return record;
}

struct Fixture {
    Database database{":memory:"};
    SqliteRoomStore store{database};

    RoomRecord stored() {
        const auto found = store.load("cave");
        BOOST_REQUIRE(found.has_value());
        BOOST_REQUIRE(found->has_value());
        return **found;
    }
};

void check_equal(const RoomRecord& actual, const RoomRecord& expected) {
    BOOST_TEST(actual.name == expected.name);
    BOOST_TEST((actual.config == expected.config));
    BOOST_TEST((actual.affiliations == expected.affiliations));
    BOOST_TEST((actual.subject == expected.subject));
    BOOST_TEST((actual.module_values == expected.module_values));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_room_store, Fixture)

BOOST_AUTO_TEST_CASE(a_room_comes_back_as_it_was_saved) {
    BOOST_TEST(store.save(example()).has_value());
    check_equal(stored(), example());
    BOOST_TEST((*store.names() == std::vector<std::string>{"cave"}));
    BOOST_TEST(!store.load("other")->has_value());
}

BOOST_AUTO_TEST_CASE(saving_again_replaces_everything) {
    BOOST_TEST(store.save(example()).has_value());
    RoomRecord changed = example();
    changed.config.title = "Den";
    changed.affiliations.erase(jid("eve@example.org"));
    changed.module_values.erase("one");
    BOOST_TEST(store.save(changed).has_value());
    check_equal(stored(), changed);
}

BOOST_AUTO_TEST_CASE(affiliations_and_subject_change_on_their_own) {
    BOOST_TEST(store.save(example()).has_value());
    RoomRecord expected = example();
    expected.affiliations.erase(jid("eve@example.org"));
    expected.affiliations[jid("bob@example.org")] = {Affiliation::member, ""};
    BOOST_TEST(store
                   .save_affiliations("cave", {{jid("eve@example.org"), {Affiliation::none, ""}},
                                               {jid("bob@example.org"), {Affiliation::member, ""}}})
                   .has_value());
    expected.subject = {"", "bob", TimePoint(std::chrono::milliseconds(5))};
    BOOST_TEST(store.save_subject("cave", expected.subject).has_value());
    check_equal(stored(), expected);
}

BOOST_AUTO_TEST_CASE(a_removed_room_is_gone_with_its_lists) {
    BOOST_TEST(store.save(example()).has_value());
    BOOST_TEST(store.remove("cave").has_value());
    BOOST_TEST(store.remove("cave").has_value());
    BOOST_TEST(!store.load("cave")->has_value());
    RoomRecord empty{"cave", {}, {}, {}};
    empty.config.persistent = true;
    BOOST_TEST(store.save(empty).has_value());
    BOOST_TEST(stored().affiliations.empty());
    BOOST_TEST(stored().module_values.empty());
}

BOOST_AUTO_TEST_CASE(rooms_of_a_database_from_before_modules_kept_values_may_have_some) {
    const parley::test::TemporaryFolder folder;
    const auto file = folder.path / "rooms";
    RoomRecord record = example();
    record.module_values.clear();
    {
        Database older(file);
        BOOST_TEST(SqliteRoomStore(older).save(record).has_value());
        older.execute("DROP TABLE muc_module_values; PRAGMA user_version = 2");
    }
    {
        Database newer(file);
        SqliteRoomStore rooms(newer);
        check_equal(rooms.load("cave")->value(), record);
        BOOST_TEST(rooms.save(example()).has_value());
        check_equal(rooms.load("cave")->value(), example());
    }
}

BOOST_AUTO_TEST_CASE(what_belongs_to_no_stored_room_is_an_error) {
    BOOST_TEST(!store.save_subject("cave", {}).has_value());
    BOOST_TEST(
        !store.save_affiliations("cave", {{jid("bob@example.org"), {Affiliation::member, ""}}})
             .has_value());
}

BOOST_AUTO_TEST_SUITE_END()
