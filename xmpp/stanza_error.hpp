#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

namespace parley::xmpp {

/// RFC 6120 s8.3.2.
enum class ErrorType : uint8_t { auth, cancel, continue_, modify, wait };

/// RFC 6120 s8.3.3, all of it.
enum class Condition : uint8_t {
    bad_request,
    conflict,
    feature_not_implemented,
    forbidden,
    gone,
    internal_server_error,
    item_not_found,
    jid_malformed,
    not_acceptable,
    not_allowed,
    not_authorized,
    policy_violation,
    recipient_unavailable,
    redirect,
    registration_required,
    remote_server_not_found,
    remote_server_timeout,
    resource_constraint,
    service_unavailable,
    subscription_required,
    undefined_condition,
    unexpected_request,
};

std::string_view to_string(ErrorType type);
std::string_view to_string(Condition condition);

/// The <error/> of a stanza (RFC 6120 s8.3).
struct StanzaError {
    ErrorType type = ErrorType::cancel;
    Condition condition = Condition::undefined_condition;
    std::string text;                    ///< English, for a person; may be empty
    std::optional<Element> application;  ///< application-specific condition

    Element to_element() const;  ///< <error xmlns='jabber:client'/>
    /// Reads the <error/> of a stanza of type error.
    static Result<StanzaError> from_stanza(const Element& stanza);
};

/// The stanza's reply of type error: same name and id, from and to swapped, the error inside. The
/// payload is echoed only where `echo` says so.
Element error_reply(const Element& stanza, const StanzaError& error, bool echo = false);
/// The same with a finished <error/>.
Element error_reply(const Element& stanza, Element error);

/// An empty <iq type='result'/> in answer to `iq`, from and to swapped.
Element iq_result(const Element& iq);

}  // namespace parley::xmpp
