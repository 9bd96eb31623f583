#pragma once

#include "module/jingle/description.hpp"
#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

/// <description xmlns='urn:xmpp:jingle:apps:rtp:1'/> (XEP-0167) with feedback (XEP-0293), header
/// extensions (XEP-0294), sources (XEP-0339), categories (XEP-0507) and simulcast
/// (docs/protocol.md).
namespace parley::module::jingle {

xmpp::Result<RtpDescription> parse_rtp_description(const xmpp::Element& description);
xmpp::Element to_element(const RtpDescription& description);

}  // namespace parley::module::jingle
