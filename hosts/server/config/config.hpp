#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hosts/server/muc/muc_config.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/result.hpp"

namespace parley::server {

/// An address to listen on. Port 0 lets the system choose.
struct Endpoint {
    std::string host;  ///< a numeric IPv4 or IPv6 address
    uint16_t port = 0;
    std::string to_string() const;

    bool operator==(const Endpoint&) const = default;
};

struct TlsConfig {
    std::filesystem::path certificate;  ///< PEM, the chain; empty: no TLS
    std::filesystem::path key;          ///< PEM

    bool enabled() const { return !certificate.empty(); }

    bool operator==(const TlsConfig&) const = default;
};

/// Every bound on what others may cost the server. [limits]
struct Limits {
    size_t stanza_bytes = 256 * 1024;
    size_t stanza_bytes_before_login = 16 * 1024;
    size_t connections = 10'000;
    size_t connections_per_address = 200;
    size_t bytes_per_second = 256 * 1024;  ///< of one connection, inbound, sustained
    size_t bytes_burst = 4 * 1024 * 1024;  ///< what may come at once above that
    size_t outgoing_queue_bytes = 4 * 1024 * 1024;
    size_t resources_per_account = 20;
    size_t roster_items = 1000;
    size_t directed_presences = 500;  ///< of one session
    size_t login_attempts = 4;        ///< of one connection
    std::chrono::milliseconds login_failure_delay{1000};
    std::chrono::milliseconds login_timeout{30'000};
    std::chrono::milliseconds ping_interval{30'000};  ///< of silence
    std::chrono::milliseconds ping_timeout{15'000};

    bool operator==(const Limits&) const = default;
};

/// [[ice.services]]: a STUN or TURN server that clients are told of (XEP-0215).
struct IceService {
    std::string type;  ///< stun, stuns, turn or turns
    std::string host;  ///< a domain name, or a numeric address without brackets
    uint16_t port = 0;
    std::string transport;  ///< udp or tcp
    std::string secret;     ///< shared with the TURN server; empty for STUN

    bool operator==(const IceService&) const = default;
};

/// [ice]
struct IceConfig {
    std::vector<IceService> services;
    std::chrono::seconds credentials_ttl{12 * 60 * 60};

    bool operator==(const IceConfig&) const = default;
};

/// [modules.NAME]
struct ModuleConfig {
    std::string name;
    std::filesystem::path path;
    /// [modules.NAME.options] as xsm/abi.h flattens it.
    std::vector<std::pair<std::string, std::string>> options;
};

struct Config {
    std::string domain;  ///< prepared
    std::filesystem::path data_dir;
    std::vector<xmpp::Jid> admins;  ///< bare JIDs
    std::string log_level = "info";

    std::vector<Endpoint> c2s_listen;
    bool c2s_require_tls = true;

    std::vector<Endpoint> http_listen;
    std::vector<Endpoint> https_listen;
    std::filesystem::path http_root;            ///< empty: no files are served
    bool http_allow_unencrypted_login = false;  ///< also from other machines, without TLS

    TlsConfig tls;
    Limits limits;
    IceConfig ice;
    std::optional<muc::MucConfig> muc;  ///< none: no rooms
    std::vector<ModuleConfig> modules;

    std::vector<std::string> warnings;  ///< what an admin should look at, one sentence each

    bool is_admin(const xmpp::Jid& jid) const;
};

/// What is wrong with a configuration file: a line per fault, "FILE:LINE: key: what, and what to
/// do".
struct ConfigErrors {
    std::vector<std::string> lines;
};

/// Reads and checks the whole file; relative paths in it are relative to the file's folder. Does
/// not open the database or bind addresses.
xmpp::Result<Config, ConfigErrors> load_config(const std::filesystem::path& file);

}  // namespace parley::server
