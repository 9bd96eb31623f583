#include "hosts/server/config/ice_reader.hpp"

#include "hosts/server/config/address.hpp"

namespace parley::server {
namespace {

constexpr size_t port = 3478;      ///< of stun and turn (RFC 8489 s8.1)
constexpr size_t tls_port = 5349;  ///< of stuns and turns

IceService read_service(const toml::value& table, const std::string& file,
                        TableReader::Errors& errors) {
    TableReader reader(table, "ice.services.", file, errors);
    IceService service;
    reader.text("type", service.type);
    const bool turn = service.type.starts_with("turn");
    const bool tls = service.type.ends_with('s');
    if (!std::set<std::string>{"stun", "stuns", "turn", "turns"}.contains(service.type)) {
        reader.fault("type", "one of stun, stuns, turn, turns");
    }
    reader.text("host", service.host);
    if (!is_host(service.host)) {
        reader.fault("host",
                     "a domain name or an address, for example host = "
                     "\"turn.example.org\"");
    }
    size_t number = tls ? tls_port : port;
    reader.number("port", number, 1, 65'535);
    service.port = static_cast<uint16_t>(number);
    service.transport = tls ? "tcp" : "udp";
    reader.text("transport", service.transport);
    if (service.transport != "udp" && service.transport != "tcp") {
        reader.fault("transport", "one of udp, tcp");
    }
    reader.text("secret", service.secret);
    if (turn && service.secret.empty()) {
        reader.fault("secret", "missing; static-auth-secret of the TURN server's configuration");
    } else if (!turn && reader.has("secret")) {
        reader.fault("secret", "for turn and turns only");
    }
    reader.finish();
    return service;
}

}  // namespace

void read_ice(const toml::value& table, const std::string& file, TableReader::Errors& errors,
              IceConfig& target) {
    TableReader reader(table, "ice.", file, errors);
    auto ttl = static_cast<size_t>(target.credentials_ttl.count());
    reader.number("credentials_ttl_s", ttl, 60, 30 * 86'400);
    target.credentials_ttl = std::chrono::seconds(ttl);
    for (const toml::value* service : reader.tables("services"))
        target.services.push_back(read_service(*service, file, errors));
    reader.finish();
}

}  // namespace parley::server
