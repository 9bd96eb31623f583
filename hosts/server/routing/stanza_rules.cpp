#include "hosts/server/routing/stanza_rules.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "xmpp/jid.hpp"

namespace parley::server {
namespace {

constexpr std::array<std::string_view, 8> presence_types = {
    "error", "probe", "subscribe", "subscribed", "unavailable", "unsubscribe", "unsubscribed", ""};

std::optional<xmpp::StanzaError> bad_request(std::string text) {
    return xmpp::StanzaError{
        xmpp::ErrorType::modify, xmpp::Condition::bad_request, std::move(text), {}};
}

}  // namespace

std::optional<xmpp::StanzaError> broken_rule(const xmpp::Element& stanza) {
    if (stanza.has_attr("to")) {
        if (const auto to = xmpp::Jid::parse(stanza.attr("to")); !to) {
            return xmpp::StanzaError{xmpp::ErrorType::modify,
                                     xmpp::Condition::jid_malformed,
                                     "'to' is not a JID: " + to.error().text,
                                     {}};
        }
    }
    const std::string_view type = stanza.attr("type");
    if (stanza.name() == "presence" &&
        std::find(presence_types.begin(), presence_types.end(), type) == presence_types.end()) {
        return bad_request("There is no presence of that type.");
    }
    if (stanza.name() != "iq") return std::nullopt;
    if (stanza.attr("id").empty()) return bad_request("An IQ needs an id.");
    if (type == "result" || type == "error") return std::nullopt;
    if (type != "get" && type != "set") return bad_request("An IQ is get, set, result or error.");
    if (stanza.elements().size() != 1) return bad_request("An IQ get or set has one payload.");
    return std::nullopt;
}

}  // namespace parley::server
