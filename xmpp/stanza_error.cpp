#include "xmpp/stanza_error.hpp"

#include <array>
#include <utility>

#include "xmpp/namespaces.hpp"

namespace parley::xmpp {

namespace {

constexpr std::array<std::string_view, 5> error_types = {"auth", "cancel", "continue", "modify",
                                                         "wait"};

constexpr std::array<std::string_view, 22> conditions = {
    "bad-request",
    "conflict",
    "feature-not-implemented",
    "forbidden",
    "gone",
    "internal-server-error",
    "item-not-found",
    "jid-malformed",
    "not-acceptable",
    "not-allowed",
    "not-authorized",
    "policy-violation",
    "recipient-unavailable",
    "redirect",
    "registration-required",
    "remote-server-not-found",
    "remote-server-timeout",
    "resource-constraint",
    "service-unavailable",
    "subscription-required",
    "undefined-condition",
    "unexpected-request",
};
static_assert(conditions.size() == static_cast<size_t>(Condition::unexpected_request) + 1);
static_assert(error_types.size() == static_cast<size_t>(ErrorType::wait) + 1);

template <class Enum>
Enum by_name(const auto& names, std::string_view name, Enum fallback) {
    for (size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<Enum>(i);
    }
    return fallback;
}

Element reply_frame(const Element& stanza, std::string_view type) {
    Element reply(stanza.name(), stanza.ns());
    if (stanza.has_attr("to")) reply.set_attr("from", stanza.attr("to"));
    if (stanza.has_attr("from")) reply.set_attr("to", stanza.attr("from"));
    if (stanza.has_attr("id")) reply.set_attr("id", stanza.attr("id"));
    reply.set_attr("type", type);
    return reply;
}

}  // namespace

std::string_view to_string(ErrorType type) {
    return error_types[static_cast<size_t>(type)];
}

std::string_view to_string(Condition condition) {
    return conditions[static_cast<size_t>(condition)];
}

Element StanzaError::to_element() const {
    Element error("error", ns::client);
    error.set_attr("type", to_string(type));
    error.add(to_string(condition), ns::stanza_errors);
    if (!text.empty()) {
        Element& words = error.add("text", ns::stanza_errors);
        words.set_attr_ns("lang", ns::xml, "en");
        words.add_text(text);
    }
    if (application) error.add(*application);
    return error;
}

Result<StanzaError> StanzaError::from_stanza(const Element& stanza) {
    const Element* error = stanza.child("error", stanza.ns());
    if (error == nullptr) {
        return tl::unexpected(Error{"the stanza has no <error/> element (RFC 6120 s8.3)"});
    }
    StanzaError result;
    result.type = by_name(error_types, error->attr("type"), ErrorType::cancel);
    for (const Element* child : error->elements()) {
        if (child->ns() != ns::stanza_errors) {
            result.application = *child;
        } else if (child->name() == "text") {
            result.text = child->text();
        } else {
            result.condition = by_name(conditions, child->name(), Condition::undefined_condition);
        }
    }
    return result;
}

Element error_reply(const Element& stanza, const StanzaError& error, bool echo) {
    Element reply = reply_frame(stanza, "error");
    if (echo) reply.nodes() = stanza.nodes();
    reply.add(error.to_element());
    return reply;
}

Element error_reply(const Element& stanza, Element error) {
    Element reply = reply_frame(stanza, "error");
    reply.add(std::move(error));
    return reply;
}

Element iq_result(const Element& iq) {
    return reply_frame(iq, "result");
}

}  // namespace parley::xmpp
