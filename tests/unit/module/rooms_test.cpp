#include <boost/test/unit_test.hpp>
#include <string>

#include "module/rooms/room_model.hpp"

namespace parley::module::test {

namespace {

const RoomJid room = *RoomJid::parse("team@conference.example.org");

RoomHead head(uint64_t generation, RoomPrivacy privacy = {true, true}) {
    return {room, privacy, generation};
}

Occupant occupant(const std::string& name, Role role = Role::participant) {
    return {*FullJid::parse(name + "@example.org/phone"), Nick{name}, Affiliation::member, role};
}

std::string words(const std::vector<RoomChange>& changes) {
    struct Words {
        std::string operator()(const PrivacyChanged&) { return "privacy "; }

        std::string operator()(const OccupantIn& c) { return "in:" + c.occupant.nick.value + " "; }

        std::string operator()(const OccupantAltered& c) {
            return "altered:" + c.before.nick.value + ">" + c.now.nick.value + " ";
        }

        std::string operator()(const OccupantOut& c) {
            return "out:" + c.occupant.nick.value + " ";
        }

        std::string operator()(const RoomGone&) { return "gone "; }

        std::string operator()(const SnapshotNeeded&) { return "snapshot "; }
    };

    std::string text;
    for (const RoomChange& change : changes)
        text += std::visit(Words{}, change);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(room_model)

BOOST_AUTO_TEST_CASE(follows_events_in_step) {
    RoomModel model;
    BOOST_TEST(words(model.handle(RoomConfigured{head(1)})) == "");
    BOOST_TEST(words(model.handle(OccupantJoined{head(2), occupant("bob")})) == "in:bob ");
    Occupant renamed = occupant("bob");
    renamed.nick = {"robert"};
    BOOST_TEST(words(model.handle(OccupantChanged{head(3), renamed})) == "altered:bob>robert ");
    BOOST_TEST(words(model.handle(RoomConfigured{head(4, {false, true})})) == "privacy ");
    BOOST_TEST(words(model.handle(OccupantLeft{head(5, {false, true}), renamed,
                                               LeaveReason::left})) == "out:robert ");
    BOOST_TEST(words(model.handle(RoomDestroyed{head(6)})) == "gone ");
    BOOST_TEST(model.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_join_sent_again_is_news_of_what_changed_too) {
    RoomModel model;
    model.handle(RoomConfigured{head(1)});
    model.handle(OccupantJoined{head(2), occupant("bob")});
    Occupant again = occupant("bob", Role::visitor);
    again.nick = {"robert"};
    BOOST_TEST(words(model.handle(OccupantJoined{head(3), again})) ==
               "altered:bob>robert in:robert ");
}

BOOST_AUTO_TEST_CASE(asks_once_for_a_snapshot_after_a_gap) {
    RoomModel model;
    model.handle(RoomConfigured{head(1)});
    BOOST_TEST(words(model.handle(OccupantJoined{head(3), occupant("bob")})) == "snapshot in:bob ");
    BOOST_TEST(words(model.handle(OccupantJoined{head(7), occupant("carol")})) == "in:carol ");
    BOOST_TEST(words(model.handle(RoomSnapshot{head(7), {occupant("bob"), occupant("carol")}})) ==
               "");
    BOOST_TEST(words(model.handle(OccupantJoined{head(9), occupant("dave")})) ==
               "snapshot in:dave ");
}

BOOST_AUTO_TEST_CASE(a_snapshot_tells_what_was_missed) {
    RoomModel model;
    model.handle(RoomSnapshot{head(4), {occupant("alice"), occupant("bob")}});
    const auto changes = words(model.handle(RoomSnapshot{
        head(9, {true, false}), {occupant("alice", Role::visitor), occupant("carol")}}));
    BOOST_TEST(changes == "out:bob privacy altered:alice>alice ");
    BOOST_TEST(model.find_occupant(room, occupant("carol").jid) != nullptr);
    BOOST_TEST(words(model.handle(RoomConfigured{head(10)})) == "privacy ");
}

BOOST_AUTO_TEST_CASE(a_message_shows_a_room_that_nobody_told_of) {
    RoomModel model;
    const Occupant bob = occupant("bob");
    BOOST_TEST(words(model.observe(head(12), &bob)) == "snapshot ");
    BOOST_TEST(model.find_occupant(room, bob.jid) != nullptr);
    BOOST_TEST(words(model.observe(head(12), &bob)) == "");
    BOOST_TEST(words(model.observe(head(12, {false, true}), &bob)) == "privacy ");
}

BOOST_AUTO_TEST_CASE(an_unknown_room_that_is_gone_is_no_news) {
    RoomModel model;
    BOOST_TEST(words(model.handle(RoomDestroyed{head(1)})) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::module::test
