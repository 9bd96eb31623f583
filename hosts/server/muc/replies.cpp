#include "hosts/server/muc/replies.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;
using xmpp::ErrorType;

ErrorType usual_type(Condition condition) {
    switch (condition) {
        case Condition::forbidden:
        case Condition::not_authorized:
        case Condition::registration_required:
            return ErrorType::auth;
        case Condition::bad_request:
        case Condition::jid_malformed:
        case Condition::policy_violation:
            return ErrorType::modify;
        case Condition::resource_constraint:
        case Condition::internal_server_error:
            return ErrorType::wait;
        default:
            return ErrorType::cancel;
    }
}

}  // namespace

xmpp::StanzaError muc_error(Condition condition, std::string_view text) {
    return {usual_type(condition), condition, std::string(text), std::nullopt};
}

void refuse(const Context& context, const xmpp::Element& stanza, xmpp::Element error) {
    const std::string_view type = stanza.attr("type");
    if (type == "error" || (type == "result" && stanza.name() == "iq")) return;
    const std::string_view to = stanza.attr("to");
    error.set_attr("by", to.substr(0, to.find('/')));
    context.sink.route(xmpp::error_reply(stanza, std::move(error)));
}

void refuse(const Context& context, const xmpp::Element& stanza, const xmpp::StanzaError& error) {
    refuse(context, stanza, error.to_element());
}

void refuse(const Context& context, const xmpp::Element& stanza, ErrorType type,
            Condition condition, std::string_view text) {
    refuse(context, stanza, xmpp::StanzaError{type, condition, std::string(text), std::nullopt});
}

std::string bounded_text(const xmpp::Element& parent, std::string_view child, std::string_view ns,
                         size_t octets_max) {
    const xmpp::Element* element = parent.child(child, ns);
    if (element == nullptr) return {};
    std::string text = element->text();
    if (text.size() <= octets_max) return text;
    size_t end = octets_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    text.resize(end);
    return text;
}

}  // namespace parley::server::muc
