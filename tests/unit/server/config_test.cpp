#include "hosts/server/config/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "hosts/server/config/address.hpp"
#include "hosts/server/config/config_changes.hpp"
#include "tests/unit/temporary_folder.hpp"

using namespace parley::server;

BOOST_AUTO_TEST_SUITE(config)

namespace {

struct Folder : parley::test::TemporaryFolder {
    std::filesystem::path write(const char* name, const std::string& text) const {
        std::ofstream(path / name) << text;
        return path / name;
    }
};

const std::string minimal =
    "domain = \"localhost\"\ndata_dir = \"data\"\nadmins = [\"admin\"]\n"
    "[http]\nlisten = [\"127.0.0.1:0\"]\n";

/// What load_config says of the text, without the file's name.
std::vector<std::string> faults(const std::string& text) {
    const Folder folder;
    const auto file = folder.write("p.toml", text);
    const auto config = load_config(file);
    if (config) return {};
    std::vector<std::string> lines;
    for (auto line : config.error().lines) {
        BOOST_TEST(line.starts_with(file.string()));
        lines.push_back(line.substr(file.string().size()));
    }
    return lines;
}

}  // namespace

BOOST_AUTO_TEST_CASE(reads_every_kind_of_value) {
    const Folder folder;
    folder.write("cert.pem", "");
    folder.write("key.pem", "");
    const auto file = folder.write(
        "p.toml",
        "domain = \"Example.ORG\"\ndata_dir = \"data\"\nadmins = [\"root\", \"eve@example.org\"]\n"
        "[c2s]\nlisten = [\"127.0.0.1:5222\", \"[::1]:5222\"]\n"
        "[tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n"
        "[limits]\nstanza_bytes = 10000\nping_interval_s = 7\n"
        "[muc]\ndomain = \"rooms.example.org\"\nrestrict_creation = true\n"
        "[muc.defaults]\nmembers_only = true\n[muc.limits]\nrooms_max = 3\n"
        "[modules.parley]\npath = \"/x/parley.so\"\n"
        "[modules.parley.options]\nsfu_jid = \"sfu.example.org\"\nsfu_port_min = 1000\n"
        "sfu_addresses = [\"192.0.2.1\", \"192.0.2.2\"]\n"
        "[modules.parley.options.a]\nb = true\nc = 1.5\n"
        "[modules.off]\npath = \"/x/off.so\"\nenabled = false\n");
    const auto config = load_config(file);
    BOOST_REQUIRE_MESSAGE(config, (config ? "" : config.error().lines.front()));
    BOOST_TEST(config->domain == "example.org");
    BOOST_TEST(config->data_dir == folder.path / "data");
    BOOST_TEST(config->is_admin(*parley::xmpp::Jid::parse("root@example.org/client")));
    BOOST_TEST(!config->is_admin(*parley::xmpp::Jid::parse("bob@example.org")));
    BOOST_TEST(config->c2s_listen.at(1).to_string() == "[::1]:5222");
    BOOST_TEST(config->limits.stanza_bytes == 10'000U);
    BOOST_TEST(config->limits.ping_interval.count() == 7000);
    BOOST_TEST(config->limits.ping_timeout.count() == 15'000);
    BOOST_REQUIRE(config->muc);
    BOOST_TEST(config->muc->restrict_creation);
    BOOST_TEST(config->muc->defaults.members_only);
    BOOST_TEST(config->muc->limits.rooms_max == 3U);
    BOOST_REQUIRE(config->modules.size() == 1U);
    auto options = config->modules.front().options;
    std::sort(options.begin(), options.end());
    const std::vector<std::pair<std::string, std::string>> expected = {
        {"a.b", "true"},
        {"a.c", "1.5"},
        {"sfu_addresses", "192.0.2.1"},
        {"sfu_addresses", "192.0.2.2"},
        {"sfu_jid", "sfu.example.org"},
        {"sfu_port_min", "1000"},
    };
    BOOST_TEST((options == expected));
    // A list keeps its order.
    const auto& given = config->modules.front().options;
    const auto first = std::find_if(given.begin(), given.end(),
                                    [](const auto& o) { return o.first == "sfu_addresses"; });
    BOOST_TEST(first->second == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(reads_stun_and_turn_servers) {
    const Folder folder;
    const auto config = load_config(folder.write(
        "p.toml",
        minimal + "[ice]\ncredentials_ttl_s = 600\n"
                  "[[ice.services]]\ntype = \"stun\"\nhost = \"192.0.2.1\"\n"
                  "[[ice.services]]\ntype = \"turn\"\nhost = \"t.example.org\"\nport = 80\n"
                  "transport = \"tcp\"\nsecret = \"north\"\n"
                  "[[ice.services]]\ntype = \"turns\"\nhost = \"2001:db8::1\"\nsecret = \"x\"\n"));
    BOOST_REQUIRE_MESSAGE(config, (config ? "" : config.error().lines.front()));
    const IceConfig expected{{{"stun", "192.0.2.1", 3478, "udp", ""},
                              {"turn", "t.example.org", 80, "tcp", "north"},
                              {"turns", "2001:db8::1", 5349, "tcp", "x"}},
                             std::chrono::seconds(600)};
    BOOST_TEST((config->ice == expected));
    const auto without = load_config(folder.write("q.toml", minimal));
    BOOST_REQUIRE(without);
    BOOST_TEST(without->ice.services.empty());
    BOOST_TEST((without->ice.credentials_ttl == std::chrono::hours(12)));
}

BOOST_AUTO_TEST_CASE(the_sample_configuration_is_valid_but_for_its_files) {
    const auto config =
        load_config(std::filesystem::path(PARLEY_TESTS_DIR) / "../packaging/parleyd.toml");
    if (config) return;
    for (const auto& line : config.error().lines) {
        BOOST_TEST(line.find("there is no such file") != std::string::npos, line);
    }
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_where_and_what_to_do) {
    struct Case {
        std::string text;
        const char* fault;
    };

    const Case cases[] = {
        {minimal + "[limit]\n", ":6: limit: unknown key; did you mean 'limits'?"},
        {minimal + "[limits]\nstanza_byte = 1\n",
         ":7: limits.stanza_byte: unknown key; did you mean 'limits.stanza_bytes'?"},
        {minimal + "[limits]\nstanza_bytes = 1\n",
         ":7: limits.stanza_bytes: 1 is out of range: 10000 to 16777216"},
        {minimal + "[limits]\nstanza_bytes = \"many\"\n",
         ":7: limits.stanza_bytes: expected a whole number, 10000 to 16777216"},
        {minimal + "[limits]\nbytes_burst = 20000\n",
         ":7: limits.bytes_burst: must be at least stanza_bytes (262144)"},
        {minimal + "[c2s]\nlisten = [\"127.0.0.1:5222\"]\n",
         ":6: c2s.require_tls: nobody can log in: there is no [tls] certificate"},
        {minimal + "[https]\nlisten = [\"127.0.0.1:5281\"]\n",
         ":7: https.listen: https needs a certificate and a key in [tls]"},
        {minimal + "[muc]\ndomain = \"localhost\"\n",
         ":7: muc.domain: the rooms need a domain of their own, for example "
         "\"conference.localhost\""},
        {minimal + "[modules.x]\n",
         ":6: modules.x.path: missing; the module's file, for example path = "
         "\"/usr/lib/parley/parley.so\""},
        {minimal + "[modules.x]\npath = \"a\"\noptions = { t = 1979-05-27 }\n",
         ":8: modules.x.options.t: a module's option is a text, number, boolean, list or table"},
        {minimal + "[[ice.services]]\ntype = \"turnip\"\nhost = \"t.example.org\"\n",
         ":7: ice.services.type: one of stun, stuns, turn, turns"},
        {minimal + "[[ice.services]]\ntype = \"stun\"\nhost = \"s.example.org\"\n"
                   "[[ice.services]]\ntype = \"turn\"\nhost = \"t.example.org\"\n",
         ":9: ice.services.secret: missing; static-auth-secret of the TURN server's configuration"},
        {minimal + "[[ice.services]]\ntype = \"stun\"\nhost = \"s.example.org\"\nsecret = \"x\"\n",
         ":9: ice.services.secret: for turn and turns only"},
        {minimal + "[[ice.services]]\ntype = \"stun\"\nhost = \"s.example.org:3478\"\n",
         ":8: ice.services.host: a domain name or an address, for example host = "
         "\"turn.example.org\""},
        {minimal + "[[ice.services]]\ntype = \"stun\"\n",
         ":6: ice.services.host: a domain name or an address, for example host = "
         "\"turn.example.org\""},
        {minimal + "[[ice.services]]\ntype = \"stun\"\nhost = \"::1\"\nport = 0\n",
         ":9: ice.services.port: 0 is out of range: 1 to 65535"},
        {minimal + "[[ice.services]]\ntype = \"stun\"\nhost = \"::1\"\ntransport = \"sctp\"\n",
         ":9: ice.services.transport: one of udp, tcp"},
        {minimal + "[ice]\nservices = [\"stun.example.org\"]\n",
         ":7: ice.services: expected tables: [[ice.services]]"},
        {minimal + "[ice]\ncredentials_ttl = 5\n",
         ":7: ice.credentials_ttl: unknown key; did you mean 'ice.credentials_ttl_s'?"},
        {"domain = 1\ndata_dir = \"d\"\n[http]\nlisten = [\"127.0.0.1:0\"]\n",
         ":1: domain: expected a text in quotes"},
    };
    for (const auto& [text, fault] : cases) {
        const auto lines = faults(text);
        BOOST_TEST((std::find(lines.begin(), lines.end(), fault) != lines.end()),
                   fault << " but got " << (lines.empty() ? "nothing" : lines.front()));
    }
}

BOOST_AUTO_TEST_CASE(broken_toml_and_a_missing_file_are_named) {
    BOOST_TEST(faults("domain = [").size() == 1U);
    const auto config = load_config("/nonexistent/parleyd.toml");
    BOOST_REQUIRE(!config);
    BOOST_TEST(config.error().lines.front().find("/nonexistent/parleyd.toml: cannot be read") ==
               0U);
}

BOOST_AUTO_TEST_CASE(warns_of_what_is_dangerous) {
    const Folder folder;
    const auto file =
        folder.write("p.toml",
                     "domain = \"localhost\"\ndata_dir = \"data\"\n"
                     "[c2s]\nlisten = [\"0.0.0.0:5222\"]\nrequire_tls = false\n"
                     "[http]\nlisten = [\"[::]:80\"]\nallow_unencrypted_login = true\n");
    const auto config = load_config(file);
    BOOST_REQUIRE(config);
    BOOST_TEST(config->warnings.size() == 3U);
}

BOOST_AUTO_TEST_CASE(addresses_are_numeric) {
    for (const char* good : {"127.0.0.1:5222", "0.0.0.0:0", "[::]:65535", "[fe80::1]:1"}) {
        const auto endpoint = parse_endpoint(good);
        BOOST_TEST((endpoint && endpoint->to_string() == good), good);
    }
    for (const char* bad : {"", ":", "localhost:1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                            "127.0.0.1:-1", "::1:5222", "[127.0.0.1]:1", "127.0.0.1:1x"}) {
        BOOST_TEST(!parse_endpoint(bad), bad);
    }
    for (const char* here : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"}) {
        BOOST_TEST(is_loopback(here), here);
    }
    for (const char* outside : {"0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1"}) {
        BOOST_TEST(!is_loopback(outside), outside);
    }
}

BOOST_AUTO_TEST_CASE(a_modules_name_is_a_folder) {
    for (const char* name : {"\"../x\"", "\"a/b\"", "\".\""}) {
        const auto lines = faults(minimal + "[modules." + name + "]\npath = \"/x/x.so\"\n");
        BOOST_REQUIRE(lines.size() == 1U);
        BOOST_TEST(lines[0].find("the module's name is a folder") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(names_what_only_a_restart_takes) {
    const std::string rooms = "[muc]\ndomain = \"rooms.localhost\"\n";
    const auto changes = [&](const std::string& text) {
        const Folder folder;
        const auto before = load_config(folder.write("p.toml", minimal + rooms));
        const auto now = load_config(folder.write("p.toml", text));
        BOOST_REQUIRE((before && now));
        std::string all;
        for (const std::string_view change : changes_for_a_restart(*before, *now))
            all += std::string(change) + " ";
        return all;
    };
    BOOST_TEST(changes(minimal + rooms) == "");
    BOOST_TEST(changes("log_level = \"debug\"\n" + minimal + rooms +
                       "[modules.m]\npath = \"/m.so\"\n") == "");
    BOOST_TEST(changes(minimal + rooms + "[muc.defaults]\nmoderated = true\n") == "[muc] ");
    BOOST_TEST(changes(minimal + rooms + "[limits]\nconnections = 5\n") == "[limits] ");
    BOOST_TEST(changes(minimal + rooms +
                       "[[ice.services]]\ntype = \"stun\"\nhost = \"s.localhost\"\n") == "[ice] ");
    BOOST_TEST(changes("domain = \"example.org\"\ndata_dir = \"other\"\n"
                       "[http]\nlisten = [\"127.0.0.1:1\"]\nallow_unencrypted_login = true\n"
                       "[c2s]\nlisten = [\"127.0.0.1:0\"]\nrequire_tls = false\n" +
                       rooms) == "domain data_dir admins [c2s] [http] ");
    BOOST_TEST(changes(minimal) == "[muc] ");
}

BOOST_AUTO_TEST_SUITE_END()
