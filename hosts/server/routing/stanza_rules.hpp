#pragma once

#include <optional>

#include "xmpp/element.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::server {

/// What a stanza from a client violates of RFC 6120 s8 and RFC 6121 s4, s5: a malformed `to`, an IQ
/// without id, with an unknown type or not exactly one payload, a presence of unknown type.
/// Nothing: it may be routed. A message of unknown type becomes type normal at its receiver (RFC
/// 6121 s5.2.2).
std::optional<xmpp::StanzaError> broken_rule(const xmpp::Element& stanza);

}  // namespace parley::server
