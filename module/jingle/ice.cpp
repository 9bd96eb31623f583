#include "module/jingle/ice.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

#include "module/jingle/fields.hpp"
#include "module/jingle/namespaces.hpp"

namespace parley::module::jingle {

namespace {

using Type = Candidate::Type;
using Protocol = Candidate::Protocol;
using Setup = Fingerprint::Setup;

constexpr std::array<std::pair<std::string_view, Type>, 4> types = {
    {{"host", Type::host}, {"srflx", Type::srflx}, {"prflx", Type::prflx}, {"relay", Type::relay}}};
constexpr std::array<std::pair<std::string_view, Protocol>, 3> tcp_types = {
    {{"active", Protocol::tcp_active},
     {"passive", Protocol::tcp_passive},
     {"so", Protocol::tcp_so}}};
constexpr std::array<std::pair<std::string_view, Setup>, 3> setups = {
    {{"actpass", Setup::actpass}, {"active", Setup::active}, {"passive", Setup::passive}}};

template <class T, size_t N>
std::optional<T> value_of(const std::array<std::pair<std::string_view, T>, N>& table,
                          std::string_view name) {
    const auto found = std::ranges::find(table, name, &std::pair<std::string_view, T>::first);
    return found == table.end() ? std::nullopt : std::optional(found->second);
}

template <class T, size_t N>
std::string_view name_of(const std::array<std::pair<std::string_view, T>, N>& table, T value) {
    return std::ranges::find(table, value, &std::pair<std::string_view, T>::second)->first;
}

bool is_ip_address(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
           inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

std::optional<Protocol> protocol_of(const xmpp::Element& element) {
    const std::string_view protocol = element.attr("protocol");
    if (protocol == "tcp") return value_of(tcp_types, element.attr("tcptype"));
    if (protocol == "udp" || protocol.empty()) return Protocol::udp;
    return std::nullopt;
}

/// Nothing where the candidate is of no use: a name instead of an address (mDNS), port or priority
/// 0, TCP without its type, or anything unknown. ICE goes on with the others.
std::optional<Candidate> parse_candidate(const xmpp::Element& element) {
    constexpr uint32_t priority_max = 0x7fffffff;  // RFC 8445 s5.1.2
    const auto component = number_or<uint8_t>(element, "component", 1);
    const auto priority = number<uint32_t>(element.attr("priority"), priority_max);
    const auto port = number<uint16_t>(element.attr("port"));
    const auto related_port = number_or<uint16_t>(element, "rel-port", 0);
    const auto protocol = protocol_of(element);
    const auto type = value_of(types, element.attr("type"));
    const std::string address(element.attr("ip"));
    std::string related_address(element.attr("rel-addr"));
    const std::string_view foundation = element.attr("foundation");
    const std::string_view id = element.attr("id");

    const bool complete = component && *component > 0 && priority && *priority > 0 && port &&
                          *port > 0 && related_port && protocol && type;
    if (!complete || !is_ip_address(address)) return std::nullopt;
    if (!is_plain(foundation, token_bytes_max) || !is_plain(id, token_bytes_max)) {
        return std::nullopt;
    }
    const bool related = is_ip_address(related_address);
    if (!related) related_address.clear();
    return Candidate{std::string(id), std::string(foundation),
                     *component,      *protocol,
                     *priority,       address,
                     *port,           *type,
                     related_address, related ? *related_port : uint16_t{0}};
}

/// XEP-0320 s3; whitespace around the value is tolerated.
std::optional<Fingerprint> parse_fingerprint(const xmpp::Element& element) {
    std::string value = element.text();
    std::erase_if(value, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
    const std::string_view hash = element.attr("hash");
    const std::string_view setup = element.attr("setup");
    const auto role = setup.empty() ? std::optional(Setup::actpass) : value_of(setups, setup);
    if (!role || value.empty() || !is_plain(value, token_bytes_max) ||
        !is_plain(hash, token_bytes_max)) {
        return std::nullopt;
    }
    return Fingerprint{std::string(hash), std::move(value), *role};
}

void add_candidate(xmpp::Element& transport, const Candidate& candidate) {
    const std::string id = candidate.id.empty()
                               ? candidate.foundation + '-' + std::to_string(candidate.port)
                               : candidate.id;
    xmpp::Element& element = transport.add("candidate");
    element.set_attr("component", std::to_string(candidate.component))
        .set_attr("foundation", candidate.foundation)
        .set_attr("generation", "0")
        .set_attr("id", id)
        .set_attr("ip", candidate.address)
        .set_attr("network", "0")
        .set_attr("port", std::to_string(candidate.port))
        .set_attr("priority", std::to_string(candidate.priority))
        .set_attr("protocol", candidate.protocol == Protocol::udp ? "udp" : "tcp")
        .set_attr("type", name_of(types, candidate.type));
    if (candidate.protocol != Protocol::udp) {
        element.set_attr("tcptype", name_of(tcp_types, candidate.protocol));
    }
    if (!candidate.related_address.empty()) {
        element.set_attr("rel-addr", candidate.related_address)
            .set_attr("rel-port", std::to_string(candidate.related_port));
    }
}

}  // namespace

std::string_view to_string(Candidate::Type type) {
    return name_of(types, type);
}

xmpp::Result<IceTransport> parse_ice_transport(const xmpp::Element& element) {
    const std::string_view ufrag = element.attr("ufrag");
    const std::string_view pwd = element.attr("pwd");
    if (!is_plain(ufrag, token_bytes_max) || !is_plain(pwd, token_bytes_max)) {
        return invalid("ufrag or pwd is too long or holds control characters");
    }
    IceTransport transport{std::string(ufrag), std::string(pwd), std::nullopt, {}};
    for (const xmpp::Element* child : element.elements()) {
        if (child->is("candidate", ns::jingle_ice_udp)) {
            if (transport.candidates.size() == candidates_max) continue;
            if (auto candidate = parse_candidate(*child)) {
                transport.candidates.push_back(std::move(*candidate));
            }
        } else if (child->is("fingerprint", ns::jingle_dtls)) {
            transport.fingerprint = parse_fingerprint(*child);
            if (!transport.fingerprint) return invalid("the fingerprint is not valid");
        }
    }
    return transport;
}

xmpp::Element to_element(const IceTransport& transport) {
    xmpp::Element element("transport", ns::jingle_ice_udp);
    if (!transport.ufrag.empty()) element.set_attr("ufrag", transport.ufrag);
    if (!transport.pwd.empty()) element.set_attr("pwd", transport.pwd);
    if (transport.fingerprint) {
        element.add("fingerprint", ns::jingle_dtls)
            .set_attr("hash", transport.fingerprint->hash)
            .set_attr("setup", name_of(setups, transport.fingerprint->setup))
            .add_text(transport.fingerprint->value);
    }
    for (const Candidate& candidate : transport.candidates)
        add_candidate(element, candidate);
    return element;
}

}  // namespace parley::module::jingle
