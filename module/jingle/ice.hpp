#pragma once

#include "module/jingle/description.hpp"
#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

/// <transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'/> (XEP-0176) with fingerprint
/// (XEP-0320).
namespace parley::module::jingle {

xmpp::Result<IceTransport> parse_ice_transport(const xmpp::Element& transport);
xmpp::Element to_element(const IceTransport& transport);

}  // namespace parley::module::jingle
