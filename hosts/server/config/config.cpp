#include "hosts/server/config/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "hosts/server/config/address.hpp"
#include "hosts/server/config/ice_reader.hpp"
#include "hosts/server/config/table_reader.hpp"

namespace parley::server {
namespace {

constexpr size_t kibibyte = 1024;
constexpr size_t mebibyte = 1024 * kibibyte;

using Errors = TableReader::Errors;

class Loader {
  public:
    explicit Loader(const std::filesystem::path& file)
        : file_(file.string()), folder_(file.parent_path()) {}

    xmpp::Result<Config, ConfigErrors> load() {
        if (!std::ifstream(file_)) {
            return tl::unexpected(
                ConfigErrors{{file_ + ": cannot be read; --config names the configuration file"}});
        }
        toml::value root;
        try {
            root = toml::parse(file_);
        } catch (const std::exception& error) {
            return tl::unexpected(ConfigErrors{{file_ + ": " + error.what()}});
        }
        read_root(root);
        if (!errors_.empty()) return tl::unexpected(ConfigErrors{std::move(errors_)});
        warn();
        return std::move(config_);
    }

  private:
    void read_root(const toml::value& root) {
        TableReader reader(root, "", file_, errors_);
        read_general(reader);
        read_listeners(reader);
        if (const auto* limits = reader.table("limits")) read_limits(*limits);
        if (const auto* ice = reader.table("ice")) read_ice(*ice, file_, errors_, config_.ice);
        if (const auto* muc = reader.table("muc")) read_muc(*muc);
        if (const auto* modules = reader.table("modules")) read_modules(*modules);
        reader.finish();
    }

    std::filesystem::path path(TableReader& reader, const std::string& key) {
        std::string text;
        reader.text(key, text);
        if (text.empty()) return {};
        const std::filesystem::path given(text);
        return given.is_absolute() ? given : std::filesystem::absolute(folder_ / given);
    }

    std::optional<xmpp::Jid> domain(TableReader& reader, const std::string& key) {
        std::string text;
        reader.text(key, text);
        if (text.empty()) return std::nullopt;
        auto jid = xmpp::Jid::parse(text);
        if (!jid || !jid->is_domain()) {
            reader.fault(key, "'" + text + "' is not a domain name");
            return std::nullopt;
        }
        return *jid;
    }

    void read_general(TableReader& reader) {
        if (const auto jid = domain(reader, "domain")) {
            config_.domain = jid->domain();
        } else if (!reader.has("domain")) {
            reader.fault("domain", "missing; for example domain = \"example.org\"");
        }
        config_.data_dir = path(reader, "data_dir");
        if (config_.data_dir.empty()) {
            reader.fault("data_dir",
                         "missing; the folder of the database, for example "
                         "data_dir = \"/var/lib/parley\"");
        }
        std::vector<std::string> admins;
        reader.texts("admins", admins);
        for (const auto& admin : admins) {
            const auto jid = xmpp::Jid::parse(
                admin.find('@') == std::string::npos ? admin + "@" + config_.domain : admin);
            if (!jid || jid->local().empty() || !jid->is_bare()) {
                reader.fault("admins", "'" + admin + "' is not an account, as in \"admin@" +
                                           config_.domain + "\"");
            } else {
                config_.admins.push_back(*jid);
            }
        }
        reader.text("log_level", config_.log_level);
        const std::set<std::string> levels = {"debug", "info", "warning", "error"};
        if (!levels.contains(config_.log_level)) {
            reader.fault("log_level", "one of debug, info, warning, error");
        }
        config_.http_root = path(reader, "http_root");
        std::error_code ignored;
        if (!config_.http_root.empty() &&
            !std::filesystem::is_directory(config_.http_root, ignored)) {
            reader.fault("http_root", config_.http_root.string() + " is not a folder");
        }
    }

    void read_endpoints(TableReader& reader, std::vector<Endpoint>& target) {
        std::vector<std::string> texts;
        reader.texts("listen", texts);
        for (const auto& text : texts) {
            if (auto endpoint = parse_endpoint(text)) {
                target.push_back(std::move(*endpoint));
            } else {
                reader.fault("listen", "'" + text +
                                           "': expected ADDRESS:PORT with a numeric address, "
                                           "as in \"127.0.0.1:5222\" or \"[::]:5222\"");
            }
        }
    }

    void read_listeners(TableReader& root) {
        if (const auto* table = root.table("tls")) {
            TableReader reader(*table, "tls.", file_, errors_);
            config_.tls.certificate = path(reader, "certificate");
            config_.tls.key = path(reader, "key");
            if (config_.tls.certificate.empty() != config_.tls.key.empty()) {
                reader.fault("key", "certificate and key belong together");
            }
            check_readable(reader, "certificate", config_.tls.certificate);
            check_readable(reader, "key", config_.tls.key);
            reader.finish();
        }
        if (const auto* table = root.table("c2s")) {
            TableReader reader(*table, "c2s.", file_, errors_);
            read_endpoints(reader, config_.c2s_listen);
            reader.boolean("require_tls", config_.c2s_require_tls);
            if (!config_.c2s_listen.empty() && config_.c2s_require_tls && !config_.tls.enabled()) {
                reader.fault("require_tls", "nobody can log in: there is no [tls] certificate");
            }
            reader.finish();
        }
        if (const auto* table = root.table("http")) {
            TableReader reader(*table, "http.", file_, errors_);
            read_endpoints(reader, config_.http_listen);
            reader.boolean("allow_unencrypted_login", config_.http_allow_unencrypted_login);
            reader.finish();
        }
        if (const auto* table = root.table("https")) {
            TableReader reader(*table, "https.", file_, errors_);
            read_endpoints(reader, config_.https_listen);
            if (!config_.https_listen.empty() && !config_.tls.enabled()) {
                reader.fault("listen", "https needs a certificate and a key in [tls]");
            }
            reader.finish();
        }
        if (config_.c2s_listen.empty() && config_.http_listen.empty() &&
            config_.https_listen.empty()) {
            root.fault("c2s",
                       "no address to listen on; for example [c2s] listen = "
                       "[\"127.0.0.1:5222\"]");
        }
    }

    void check_readable(TableReader& reader, const std::string& key,
                        const std::filesystem::path& file) {
        std::error_code ignored;
        if (!file.empty() && !std::filesystem::exists(file, ignored)) {
            reader.fault(key, file.string() + ": there is no such file");
        }
    }

    void seconds(TableReader& reader, const std::string& key, std::chrono::milliseconds& target,
                 size_t max) {
        auto value = static_cast<size_t>(target.count() / 1000);
        reader.number(key, value, 1, max);
        if (reader.has(key)) target = std::chrono::seconds(value);
    }

    void read_limits(const toml::value& table) {
        TableReader reader(table, "limits.", file_, errors_);
        Limits& limits = config_.limits;
        reader.number("stanza_bytes", limits.stanza_bytes, 10'000, 16 * mebibyte);
        reader.number("stanza_bytes_before_login", limits.stanza_bytes_before_login, 10'000,
                      mebibyte);
        reader.number("connections", limits.connections, 1, 1'000'000);
        reader.number("connections_per_address", limits.connections_per_address, 1, 1'000'000);
        reader.number("bytes_per_second", limits.bytes_per_second, kibibyte, 1024 * mebibyte);
        reader.number("bytes_burst", limits.bytes_burst, 16 * kibibyte, 1024 * mebibyte);
        reader.number("outgoing_queue_bytes", limits.outgoing_queue_bytes, 64 * kibibyte,
                      1024 * mebibyte);
        reader.number("resources_per_account", limits.resources_per_account, 1, 1000);
        reader.number("roster_items", limits.roster_items, 1, 100'000);
        reader.number("directed_presences", limits.directed_presences, 1, 100'000);
        reader.number("login_attempts", limits.login_attempts, 1, 100);
        auto delay = static_cast<size_t>(limits.login_failure_delay.count());
        reader.number("login_failure_delay_ms", delay, 0, 60'000);
        limits.login_failure_delay = std::chrono::milliseconds(delay);
        seconds(reader, "auth_timeout_s", limits.login_timeout, 3600);
        seconds(reader, "ping_interval_s", limits.ping_interval, 86'400);
        seconds(reader, "ping_timeout_s", limits.ping_timeout, 3600);
        if (limits.bytes_burst < limits.stanza_bytes) {
            reader.fault("bytes_burst", "must be at least stanza_bytes (" +
                                            std::to_string(limits.stanza_bytes) + ")");
        }
        reader.finish();
    }

    void read_muc(const toml::value& table);

    void read_modules(const toml::value& table) {
        for (const auto& [name, value] : table.as_table()) {
            const std::string prefix = "modules." + name + ".";
            if (!value.is_table()) {
                errors_.push_back(file_ + ": modules." + name + ": expected a table [modules." +
                                  name + "]");
                continue;
            }
            TableReader reader(value, prefix, file_, errors_);
            ModuleConfig module;
            module.name = name;
            if (name.starts_with('.') || name.find('/') != std::string::npos) {
                reader.fault("path",
                             "the module's name is a folder in data_dir: it has no / and "
                             "begins with no dot");
            }
            module.path = path(reader, "path");
            if (module.path.empty()) {
                reader.fault("path",
                             "missing; the module's file, for example path = "
                             "\"/usr/lib/parley/parley.so\"");
            }
            bool enabled = true;
            reader.boolean("enabled", enabled);
            if (const auto* options = reader.table("options")) {
                flatten(*options, "", prefix + "options.", module.options);
            }
            reader.finish();
            if (enabled) config_.modules.push_back(std::move(module));
        }
    }

    void flatten(const toml::value& value, const std::string& key, const std::string& path,
                 std::vector<std::pair<std::string, std::string>>& options);

    void warn() {
        const auto open = [](const std::vector<Endpoint>& endpoints) {
            return std::any_of(endpoints.begin(), endpoints.end(),
                               [](const Endpoint& e) { return !is_loopback(e.host); });
        };
        if (!config_.c2s_require_tls && open(config_.c2s_listen)) {
            config_.warnings.push_back(
                "c2s.require_tls is false on an address other machines reach: messages and calls "
                "cross "
                "the network in the clear");
        }
        if (config_.http_allow_unencrypted_login && open(config_.http_listen)) {
            config_.warnings.push_back(
                "http.allow_unencrypted_login is true on an address other machines reach: messages "
                "and "
                "calls cross the network in the clear; use [https]");
        }
        if (config_.admins.empty()) {
            config_.warnings.push_back(
                "admins is empty: nobody can run the modules' commands for admins");
        }
    }

    std::string file_;
    std::filesystem::path folder_;
    Errors errors_;
    Config config_;
};

void Loader::flatten(const toml::value& value, const std::string& key, const std::string& path,
                     std::vector<std::pair<std::string, std::string>>& options) {
    if (value.is_table()) {
        for (const auto& [name, child] : value.as_table()) {
            flatten(child, key.empty() ? name : key + "." + name, path, options);
        }
    } else if (value.is_array()) {
        for (const auto& child : value.as_array())
            flatten(child, key, path, options);
    } else if (value.is_string()) {
        options.emplace_back(key, value.as_string().str);
    } else if (value.is_boolean()) {
        options.emplace_back(key, value.as_boolean() ? "true" : "false");
    } else if (value.is_integer()) {
        options.emplace_back(key, std::to_string(value.as_integer()));
    } else if (value.is_floating()) {
        std::array<char, 64> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), value.as_floating());
        options.emplace_back(key, std::string(text.data(), end.ptr));
    } else {
        errors_.push_back(file_ + ":" + std::to_string(value.location().line()) + ": " + path +
                          key + ": a module's option is a text, number, boolean, list or table");
    }
}

void Loader::read_muc(const toml::value& table) {
    TableReader reader(table, "muc.", file_, errors_);
    const auto service = domain(reader, "domain");
    if (!service) {
        if (!reader.has("domain")) {
            reader.fault("domain",
                         "missing; for example domain = \"conference." + config_.domain + "\"");
        }
        return;
    }
    if (service->domain() == config_.domain) {
        return reader.fault("domain",
                            "the rooms need a domain of their own, for example "
                            "\"conference." +
                                config_.domain + "\"");
    }
    muc::MucConfig muc{*service, "Chat rooms", false, config_.admins, {}, {}};
    reader.text("name", muc.name);
    reader.boolean("restrict_creation", muc.restrict_creation);
    if (const auto* defaults = reader.table("defaults")) {
        TableReader room(*defaults, "muc.defaults.", file_, errors_);
        muc::RoomConfig& config = muc.defaults;
        room.text("title", config.title);
        room.text("description", config.description);
        room.boolean("persistent", config.persistent);
        room.boolean("publicly_listed", config.publicly_listed);
        room.boolean("moderated", config.moderated);
        room.boolean("members_only", config.members_only);
        room.boolean("non_anonymous", config.non_anonymous);
        room.boolean("allow_invites", config.allow_invites);
        room.boolean("change_subject", config.change_subject);
        room.number("occupants_max", config.occupants_max, 0, 100'000);
        room.number("history_messages", config.history_messages, 0, 10'000);
        room.finish();
    }
    if (const auto* limits = reader.table("limits")) {
        TableReader limit(*limits, "muc.limits.", file_, errors_);
        muc::MucLimits& l = muc.limits;
        limit.number("rooms_max", l.rooms_max, 1, 1'000'000);
        limit.number("rooms_per_owner_max", l.rooms_per_owner_max, 1, 1'000'000);
        limit.number("occupants_per_room_max", l.occupants_per_room_max, 2, 100'000);
        limit.number("sessions_per_occupant_max", l.sessions_per_occupant_max, 1, 1000);
        limit.number("nick_octets_max", l.nick_octets_max, 1, 1023);
        limit.number("title_octets_max", l.title_octets_max, 1, 65'536);
        limit.number("description_octets_max", l.description_octets_max, 1, 65'536);
        limit.number("password_octets_max", l.password_octets_max, 1, 65'536);
        limit.number("subject_octets_max", l.subject_octets_max, 1, 65'536);
        limit.number("reason_octets_max", l.reason_octets_max, 1, 65'536);
        limit.number("presence_octets_max", l.presence_octets_max, 1024, 262'144);
        limit.number("history_messages_max", l.history_messages_max, 0, 10'000);
        limit.number("history_octets_max", l.history_octets_max, 0, 64 * mebibyte);
        limit.number("affiliations_per_room_max", l.affiliations_per_room_max, 1, 1'000'000);
        limit.number("items_per_request_max", l.items_per_request_max, 1, 10'000);
        limit.number("invites_per_message_max", l.invites_per_message_max, 1, 1000);
        limit.number("disco_items_max", l.disco_items_max, 1, 100'000);
        limit.number("pending_iqs_max", l.pending_iqs_max, 1, 1'000'000);
        auto timeout = static_cast<size_t>(l.iq_timeout.count());
        limit.number("iq_timeout", timeout, 1, 3600);
        l.iq_timeout = std::chrono::seconds(timeout);
        limit.finish();
    }
    reader.finish();
    config_.muc = std::move(muc);
}

}  // namespace

bool Config::is_admin(const xmpp::Jid& jid) const {
    return std::find(admins.begin(), admins.end(), jid.bare()) != admins.end();
}

xmpp::Result<Config, ConfigErrors> load_config(const std::filesystem::path& file) {
    return Loader(file).load();
}

}  // namespace parley::server
