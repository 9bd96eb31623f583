#pragma once

#include <string_view>

#include "hosts/server/muc/context.hpp"
#include "xmpp/element.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::server::muc {

/// Answers the stanza with an error, `by` being the room or the service (RFC 6120 s8.3.1). A stanza
/// that is itself an error or a result is never answered.
void refuse(const Context& context, const xmpp::Element& stanza, xmpp::ErrorType type,
            xmpp::Condition condition, std::string_view text);

/// The same with a finished error.
void refuse(const Context& context, const xmpp::Element& stanza, const xmpp::StanzaError& error);
void refuse(const Context& context, const xmpp::Element& stanza, xmpp::Element error);

/// The usual error type of the condition, as the examples of XEP-0045 have it.
xmpp::StanzaError muc_error(xmpp::Condition condition, std::string_view text);

/// Text of a child, cut to at most `octets_max` at a character's border.
std::string bounded_text(const xmpp::Element& parent, std::string_view child, std::string_view ns,
                         size_t octets_max);

}  // namespace parley::server::muc
