#pragma once

#include <string>
#include <string_view>

#include "module/calls/namespaces.hpp"
#include "module/jingle/namespaces.hpp"
#include "xmpp/stanza_error.hpp"

/// The errors a conference answers Jingle requests with (XEP-0166 s10, docs/protocol.md).
namespace parley::module {

inline xmpp::StanzaError conference_error(xmpp::ErrorType type, xmpp::Condition condition,
                                          std::string text, std::string_view application = {},
                                          std::string_view application_ns = ns::call) {
    xmpp::StanzaError error{type, condition, std::move(text), std::nullopt};
    if (!application.empty()) error.application = xmpp::Element(application, application_ns);
    return error;
}

inline xmpp::StanzaError unknown_session() {
    return conference_error(xmpp::ErrorType::cancel, xmpp::Condition::item_not_found,
                            "There is no such session.", "unknown-session", ns::jingle_errors);
}

inline xmpp::StanzaError out_of_order(std::string text) {
    return conference_error(xmpp::ErrorType::wait, xmpp::Condition::unexpected_request,
                            std::move(text), "out-of-order", ns::jingle_errors);
}

inline xmpp::StanzaError unknown_content(const std::string& name) {
    return conference_error(xmpp::ErrorType::cancel, xmpp::Condition::item_not_found,
                            "This session has no such content of that creator: " + name + '.');
}

inline xmpp::StanzaError unsupported_info() {
    return conference_error(xmpp::ErrorType::modify, xmpp::Condition::feature_not_implemented,
                            "A conference does not understand this information.",
                            "unsupported-info", ns::jingle_errors);
}

inline xmpp::StanzaError too_much(std::string text) {
    return conference_error(xmpp::ErrorType::wait, xmpp::Condition::resource_constraint,
                            std::move(text), "rate-limited");
}

inline xmpp::StanzaError malformed_request(std::string text) {
    return conference_error(xmpp::ErrorType::cancel, xmpp::Condition::bad_request, std::move(text));
}

}  // namespace parley::module
