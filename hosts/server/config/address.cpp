#include "hosts/server/config/address.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace parley::server {
namespace {

bool is_address(int family, const std::string& host) {
    in6_addr ignored{};
    return inet_pton(family, host.c_str(), &ignored) == 1;
}

}  // namespace

std::string Endpoint::to_string() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string host(text.substr(0, colon));
    const std::string_view port = text.substr(colon + 1);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (!is_address(bracketed ? AF_INET6 : AF_INET, host)) return std::nullopt;
    Endpoint endpoint{std::move(host), 0};
    const auto [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (port.empty() || error != std::errc() || end != port.data() + port.size()) {
        return std::nullopt;
    }
    return endpoint;
}

bool is_host(const std::string& text) {
    const auto jid = xmpp::Jid::parse(text);
    return is_address(AF_INET6, text) ||
           (jid && jid->is_domain() && text.find_first_of(":[]") == std::string::npos);
}

bool is_loopback(const std::string& host) {
    return host == "::1" || host.starts_with("127.") || host.starts_with("::ffff:127.");
}

}  // namespace parley::server
