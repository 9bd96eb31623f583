#pragma once

#include <string>
#include <string_view>

#include "xmpp/element.hpp"

namespace parley::server {

inline constexpr std::string_view capabilities_ns = "http://jabber.org/protocol/caps";

/// The `ver` of XEP-0115 s5.1 with the hash sha-1. `query` is that of a disco#info answer.
std::string verification_string(const xmpp::Element& query);

}  // namespace parley::server
