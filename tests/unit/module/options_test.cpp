#include <boost/test/unit_test.hpp>
#include <string>

#include "module/composition/options.hpp"

namespace parley::module::test {

namespace {

using Table = std::vector<std::pair<std::string_view, std::string_view>>;

std::string error_of(const Table& table) {
    const auto options = read_options(table);
    return options ? "" : options.error().text;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(no_table_is_a_mesh_only_module) {
    const auto options = read_options({});
    BOOST_REQUIRE(options.has_value());
    BOOST_TEST(!options->settings.sfu.has_value());
    BOOST_TEST(options->settings.calls.participants_max == 50u);
    BOOST_TEST(!read_options({{"sfu_jid", ""}})->settings.sfu.has_value());
}

BOOST_AUTO_TEST_CASE(every_option_is_read) {
    const auto options = read_options({{"sfu_jid", "sfu.example.org"},
                                       {"sfu_addresses", "192.0.2.1"},
                                       {"sfu_addresses", "2001:db8::1"},
                                       {"sfu_public_addresses", "198.51.100.1"},
                                       {"sfu_public_addresses", "2001:db8::2"},
                                       {"sfu_port_min", "20000"},
                                       {"sfu_port_max", "20100"},
                                       {"sfu_tcp", "true"},
                                       {"sfu_stun_server", "192.0.2.3"},
                                       {"sfu_turn_server", "[2001:db8::3]:5349"},
                                       {"sfu_turn_transport", "tcp"},
                                       {"sfu_turn_secret", "s3cret"},
                                       {"sfu_workers", "2"},
                                       {"sfu_disconnect_timeout_s", "5"},
                                       {"sfu_video_kbit_s_max", "800"},
                                       {"sfu_audio_kbit_s_max", "64"},
                                       {"sfu_packets_kept_max", "128"},
                                       {"sfu_participant_kbit_s_max", "4000"},
                                       {"sfu_video_codecs", "VP9"},
                                       {"sfu_video_codecs", "VP8"},
                                       {"sfu_audible_participants_max", "3"},
                                       {"sfu_contents_max", "4"},
                                       {"sfu_candidates_max", "10"},
                                       {"sfu_session_initiates_per_minute_max", "11"},
                                       {"sfu_session_changes_per_minute_max", "12"},
                                       {"ring_timeout_s", "10"},
                                       {"empty_call_timeout_s", "0"},
                                       {"call_duration_s_max", "3600"},
                                       {"participants_max", "8"},
                                       {"calls_per_room_max", "2"},
                                       {"proposals_per_minute_max", "3"},
                                       {"room_proposals_per_minute_max", "9"},
                                       {"call_messages_per_minute_max", "30"},
                                       {"guests", "true"},
                                       {"room_calls", "false"},
                                       {"room_call_permission", "moderators"},
                                       {"room_call_modes", "sfu"}});
    BOOST_REQUIRE(options.has_value());
    BOOST_TEST(options->settings.sfu->to_string() == "sfu.example.org");
    BOOST_TEST(options->media.addresses.size() == 2u);
    BOOST_TEST(options->media.port_max == 20'100);
    BOOST_TEST(options->media.tcp);
    BOOST_TEST((options->media.stun_server == ServerAddress{"192.0.2.3", 3478}));
    BOOST_TEST((options->media.turn_server == ServerAddress{"2001:db8::3", 5349}));
    BOOST_TEST(options->media.turn_over_tcp);
    BOOST_TEST(options->media.turn_secret == "s3cret");
    BOOST_TEST(options->media.workers == 2u);
    BOOST_TEST(options->media.disconnect_timeout.count() == 5);
    BOOST_TEST(options->media.video_kbit_s_max == 800u);
    BOOST_TEST(options->media.audio_kbit_s_max == 64u);
    BOOST_TEST(options->media.packets_kept_max == 128u);
    BOOST_TEST(options->media.participant_kbit_s_max == 4000u);
    BOOST_TEST((options->media.video_codecs == std::vector<std::string>{"VP9", "VP8"}));
    BOOST_TEST(options->media.audible_participants_max == 3u);
    BOOST_TEST(options->settings.focus.contents_per_client_max == 4u);
    BOOST_TEST(options->settings.focus.remote_candidates_max == 10u);
    BOOST_TEST(options->settings.focus.session_initiates_per_minute_max == 11u);
    BOOST_TEST(options->settings.focus.session_changes_per_minute_max == 12u);
    BOOST_TEST(options->settings.focus.guests_allowed);
    const RoomSettings& room = options->settings.room_defaults;
    BOOST_TEST(!room.calls_allowed);
    BOOST_TEST((room.permission == CallPermission::moderators));
    BOOST_TEST((room.modes == CallModes::sfu));
    const CallLimits& calls = options->settings.calls;
    BOOST_TEST(calls.ring_timeout.count() == 10);
    BOOST_TEST(calls.empty_call_timeout.count() == 0);
    BOOST_TEST(calls.call_duration_max.count() == 3600);
    BOOST_TEST(calls.participants_max == 8u);
    BOOST_TEST(calls.calls_per_room_max == 2u);
    BOOST_TEST(calls.proposals_per_minute_max == 3u);
    BOOST_TEST(calls.room_proposals_per_minute_max == 9u);
    BOOST_TEST(calls.call_messages_per_minute_max == 30u);
}

BOOST_AUTO_TEST_CASE(servers_have_addresses_of_both_families_and_the_usual_port) {
    struct Case {
        std::string_view value;
        std::optional<ServerAddress> server;
    };

    const Case cases[] = {
        {"", std::nullopt},
        {"192.0.2.1", ServerAddress{"192.0.2.1", 3478}},
        {"192.0.2.1:19302", ServerAddress{"192.0.2.1", 19302}},
        {"2001:db8::1", ServerAddress{"2001:db8::1", 3478}},
        {"::1", ServerAddress{"::1", 3478}},
        {"[2001:db8::1]:5349", ServerAddress{"2001:db8::1", 5349}},
    };
    for (const Case& c : cases) {
        BOOST_TEST_CONTEXT(c.value) {
            const auto options = read_options({{"sfu_stun_server", c.value}});
            BOOST_REQUIRE(options.has_value());
            BOOST_TEST((options->media.stun_server == c.server));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_says_what_it_may_be) {
    struct Case {
        Table table;
        std::string says;
    };

    const Case cases[] = {
        {{{"ring_timeout", "5"}}, "the options are sfu_jid, sfu_addresses"},
        {{{"ring_timeout_s", "0"}}, "a whole number from 1 to 86400"},
        {{{"ring_timeout_s", "a minute"}}, "ring_timeout_s = \"a minute\""},
        {{{"ring_timeout_s", "1.5"}}, "a whole number"},
        {{{"ring_timeout_s", "-1"}}, "a whole number"},
        {{{"participants_max", "1"}}, "from 2 to 1000"},
        {{{"ring_timeout_s", "1"}, {"ring_timeout_s", "2"}}, "one value, not a list"},
        {{{"sfu_jid", "alice@example.org"}}, "a domain that nothing else"},
        {{{"sfu_jid", "@"}}, "such as \"sfu.example.org\""},
        {{{"sfu_addresses", "localhost"}}, "a list of IP addresses"},
        {{{"sfu_public_addresses", "192.0.2.1"}}, "one public address for each"},
        {{{"sfu_port_min", "20000"}}, "belong together"},
        {{{"sfu_video_codecs", "H265"}}, "a list of VP8, VP9, H264 and AV1"},
        {{{"sfu_video_codecs", "VP8"}, {"sfu_video_codecs", "VP8"}}, "each at most once"},
        {{{"sfu_port_min", "2"}, {"sfu_port_max", "1"}}, "belong together"},
        {{{"sfu_port_min", "65536"}}, "from 0 to 65535"},
        {{{"sfu_tcp", "yes"}}, "true or false"},
        {{{"sfu_stun_server", "stun.example.org"}}, "host names are not looked up"},
        {{{"sfu_stun_server", "192.0.2.1:0"}}, "an IP address"},
        {{{"sfu_stun_server", "192.0.2.1:65536"}}, "an IP address"},
        {{{"sfu_stun_server", "192.0.2.1:"}}, "an IP address"},
        {{{"sfu_stun_server", "[192.0.2.1"}}, "an IP address"},
        {{{"sfu_stun_server", "[2001:db8::1]"}}, "an IP address"},
        {{{"sfu_turn_transport", "tls"}}, "udp or tcp"},
        {{{"sfu_turn_server", "192.0.2.1"}}, "goes with either sfu_turn_secret"},
        {{{"sfu_turn_server", "192.0.2.1"}, {"sfu_turn_user", "u"}}, "goes with either"},
        {{{"sfu_turn_secret", "s"}}, "goes with either"},
        {{{"sfu_turn_server", "192.0.2.1"},
          {"sfu_turn_user", "u"},
          {"sfu_turn_password", "p"},
          {"sfu_turn_secret", "s"}},
         "goes with either"},
    };
    for (const Case& c : cases) {
        BOOST_TEST_CONTEXT(c.says) BOOST_TEST(contains(error_of(c.table), c.says));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::module::test
