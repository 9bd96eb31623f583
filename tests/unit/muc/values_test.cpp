#include <boost/test/unit_test.hpp>

#include "hosts/server/muc/config_form.hpp"
#include "hosts/server/muc/timestamp.hpp"
#include "tests/unit/muc/dialogue.hpp"

using namespace parley::server::muc;
namespace xmpp = parley::xmpp;

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(timestamps_are_read_and_written) {
    const TimePoint time = TimePoint(std::chrono::milliseconds(1'795'422'743'120));
    BOOST_TEST(format_timestamp(time) == "2026-11-23T08:32:23.120Z");

    const struct {
        const char* text;
        bool good;
    } rows[] = {{"2026-11-23T08:32:23.120Z", true},
                {"2026-11-23T09:32:23.12+01:00", true},
                {"2026-11-23T03:02:23.1200001-05:30", true},
                {"2026-11-23T08:32:23.120", false},
                {"2026-13-23T08:32:23Z", false},
                {"2026-02-30T08:32:23Z", false},
                {"2026-11-23 08:32:23Z", false},
                {"2026-11-23T25:32:23Z", false},
                {"-026-11-23T08:32:23Z", false},
                {"", false},
                {"2026-11-23T08:32:23+1:00", false}};

    for (const auto& row : rows) {
        const auto parsed = parse_timestamp(row.text);
        BOOST_TEST(parsed.has_value() == row.good, row.text);
        if (row.good) BOOST_TEST((*parsed == time), row.text);
    }
}

BOOST_AUTO_TEST_CASE(timestamps_far_away_are_the_ends_of_time) {
    BOOST_TEST((*parse_timestamp("4879-01-01T00:00:00Z") == TimePoint::max()));
    BOOST_TEST((*parse_timestamp("9999-12-31T23:59:60.999-23:59") == TimePoint::max()));
    BOOST_TEST((*parse_timestamp("0001-01-01T00:00:00+23:59") == TimePoint::min()));
    BOOST_TEST((*parse_timestamp("2261-12-31T23:59:60Z") < TimePoint::max()));
    BOOST_TEST((*parse_timestamp("1678-01-01T00:00:00Z") > TimePoint::min()));
}

BOOST_AUTO_TEST_CASE(a_form_read_back_changes_nothing) {
    const MucLimits limits;
    RoomConfig config;
    config.title = "Cave";
    config.password = "secret";
    config.members_only = true;
    config.non_anonymous = true;
    config.persistent = true;
    config.occupants_max = 7;
    config.private_messages = PrivateMessages::moderators;
    xmpp::DataForm form = config_form(config, limits);
    form.type = xmpp::DataForm::Type::submit;
    const auto read = apply_config_form(form, RoomConfig{}, limits);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST((*read == config));
}

BOOST_AUTO_TEST_CASE(values_that_cannot_be_are_named) {
    const MucLimits limits;

    const struct {
        const char* var;
        std::string value;
        const char* named;
    } rows[] = {{"muc#roomconfig_maxusers", "many", "must be a number"},
                {"muc#roomconfig_maxusers", "501", "At most 500"},
                {"muc#roomconfig_whois", "nobody", "must be 'anyone' or 'moderators'"},
                {"muc#roomconfig_allowpm", "some", "muc#roomconfig_allowpm"},
                {"muc#roomconfig_passwordprotectedroom", "1", "needs a password"},
                {"muc#roomconfig_roomname", std::string(257, 'n'), "at most 256 octets"},
                {"FORM_TYPE", "urn:other", "not one of"}};

    for (const auto& row : rows) {
        xmpp::DataForm form;
        form.type = xmpp::DataForm::Type::submit;
        xmpp::DataForm::Field field;
        field.var = row.var;
        field.values = {row.value};
        form.add(field);
        const auto read = apply_config_form(form, RoomConfig{}, limits);
        BOOST_REQUIRE(!read.has_value());
        BOOST_TEST(read.error().text.find(row.named) != std::string::npos, read.error().text);
    }
}

BOOST_AUTO_TEST_CASE(the_history_is_bounded_by_number_and_octets) {
    const TimePoint time{std::chrono::hours(1)};
    History history(3, 600);
    for (int i = 0; i < 5; ++i)
        history.add(test::stanza("<message><body>" + std::to_string(i) + "</body></message>"), time,
                    "r@c");
    auto all = history.select({});
    BOOST_REQUIRE(all.size() == 3u);
    BOOST_TEST(all.front()->child("body", "jabber:client")->text() == "2");
    history.add(test::stanza("<message><body>" + std::string(400, 'x') + "</body></message>"), time,
                "r@c");
    BOOST_TEST(history.select({}).size() == 1u);
    history.add(test::stanza("<message><body>" + std::string(4000, 'x') + "</body></message>"),
                time, "r@c");
    BOOST_TEST(history.empty());
}

BOOST_AUTO_TEST_SUITE_END()
