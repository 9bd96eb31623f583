#include "sfu/candidate_filter.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace parley::sfu {

namespace {

bool ice_characters(const std::string& text, size_t size_min, size_t size_max) {
    const auto ice_character = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '+' || c == '/';
    };
    return text.size() >= size_min && text.size() <= size_max &&
           std::all_of(text.begin(), text.end(), ice_character);
}

bool unicast_v4(const in_addr& address) {
    const uint32_t host = ntohl(address.s_addr);
    return (host >> 24) != 0 && (host >> 28) < 0xe;  // not "this network", multicast or reserved
}

bool unicast_v6(const in6_addr& address) {
    return !IN6_IS_ADDR_UNSPECIFIED(&address) && !IN6_IS_ADDR_MULTICAST(&address) &&
           !IN6_IS_ADDR_LINKLOCAL(&address) && !IN6_IS_ADDR_V4MAPPED(&address);
}

bool unicast_address(const std::string& text) {
    in_addr v4{};
    if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return unicast_v4(v4);
    in6_addr v6{};
    return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && unicast_v6(v6);
}

std::string address_text(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof v4);
        if (!unicast_v4(v4.sin_addr) || (ntohl(v4.sin_addr.s_addr) >> 16) == 0xa9fe) return {};
        inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    } else if (address->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, address, sizeof v6);
        if (!unicast_v6(v6.sin6_addr)) return {};
        inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    }
    return text.data();
}

}  // namespace

bool acceptable(const Candidate& candidate, std::optional<Candidate::Protocol> tcp) {
    constexpr uint32_t kPriorityMax = 0x7fffffff;
    const bool taken = candidate.protocol == Candidate::Protocol::udp || candidate.protocol == tcp;
    return candidate.component == 1 && taken && candidate.priority >= 1 &&
           candidate.priority <= kPriorityMax && candidate.port != 0 &&
           ice_characters(candidate.foundation, 1, 32) && unicast_address(candidate.address);
}

std::optional<std::string> ip_address(const std::string& text) {
    if (!unicast_address(text)) return std::nullopt;
    in6_addr address{};
    std::array<char, INET6_ADDRSTRLEN> written{};
    const int family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
    inet_pton(family, text.c_str(), &address);
    return inet_ntop(family, &address, written.data(), written.size());
}

bool acceptable_credentials(const std::string& ufrag, const std::string& pwd) {
    return ice_characters(ufrag, 4, 256) && ice_characters(pwd, 22, 256);
}

std::vector<std::string> interface_addresses() {
    std::vector<std::string> addresses;
    std::vector<std::string> loopback;
    ifaddrs* interfaces = nullptr;
    if (getifaddrs(&interfaces) != 0) return {"127.0.0.1"};
    for (const ifaddrs* each = interfaces; each != nullptr; each = each->ifa_next) {
        if (each->ifa_addr == nullptr || (each->ifa_flags & IFF_UP) == 0) continue;
        auto text = address_text(each->ifa_addr);
        if (text.empty()) continue;
        auto& list = (each->ifa_flags & IFF_LOOPBACK) != 0 ? loopback : addresses;
        list.push_back(std::move(text));
    }
    freeifaddrs(interfaces);
    return addresses.empty() ? loopback : addresses;
}

}  // namespace parley::sfu
