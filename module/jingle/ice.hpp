#pragma once

#include <string_view>

#include "module/jingle/description.hpp"
#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

/// <transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'/> (XEP-0176) with fingerprint
/// (XEP-0320).
namespace parley::module::jingle {

/// XEP-0176 s13: "host", "srflx", "prflx" or "relay".
std::string_view to_string(Candidate::Type type);

xmpp::Result<IceTransport> parse_ice_transport(const xmpp::Element& transport);
xmpp::Element to_element(const IceTransport& transport);

}  // namespace parley::module::jingle
