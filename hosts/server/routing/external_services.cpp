#include "hosts/server/routing/external_services.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "hosts/server/routing/digests.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::server {

using xmpp::Condition;
using xmpp::Element;
using xmpp::ErrorType;

namespace {

constexpr std::string_view extdisco_ns = "urn:xmpp:extdisco:2";

using Time = std::chrono::system_clock::time_point;

/// XEP-0082.
std::string to_datetime(std::time_t time) {
    std::tm utc{};
    std::array<char, 32> text{};
    gmtime_r(&time, &utc);
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

/// Username "EXPIRY:USER", password base64(HMAC-SHA1(secret, username)).
void add_credentials(Element& element, const IceService& service, const xmpp::Jid& user,
                     std::time_t expires) {
    const std::string name = std::to_string(expires) + ":" + user.bare().to_string();
    element.set_attr("username", name)
        .set_attr("password", hmac_sha1_base64(service.secret, name))
        .set_attr("expires", to_datetime(expires))
        .set_attr("restricted", "1");
}

/// Whether a <service/> of <credentials/> means this one (XEP-0215 s3.3).
bool asked_for(const Element& credentials, const IceService& service) {
    const auto wanted = credentials.elements();
    return std::any_of(wanted.begin(), wanted.end(), [&](const Element* element) {
        return element->attr("host") == service.host && element->attr("type") == service.type &&
               (!element->has_attr("port") ||
                element->attr("port") == std::to_string(service.port));
    });
}

/// Whether every child says which service it means, and there is one.
bool is_well_formed(const Element& credentials) {
    const auto wanted = credentials.elements();
    return !wanted.empty() && std::all_of(wanted.begin(), wanted.end(), [](const Element* element) {
        return element->is("service", extdisco_ns) && element->has_attr("host") &&
               element->has_attr("type");
    });
}

Element answer(const IceConfig& ice, const Element& iq, const xmpp::Jid& user, Time now) {
    const auto refuse = [&](ErrorType type, Condition condition) {
        return error_reply(iq, {type, condition, "", {}});
    };
    const Element& request = *iq.first_child();
    const bool credentials = request.name() == "credentials";
    if (iq.attr("type") != "get" || (!credentials && request.name() != "services")) {
        return refuse(ErrorType::cancel, Condition::feature_not_implemented);
    }
    if (credentials && !is_well_formed(request)) {
        return refuse(ErrorType::modify, Condition::bad_request);
    }
    const std::time_t expires = std::chrono::system_clock::to_time_t(now + ice.credentials_ttl);
    const std::string_view type = request.attr("type");
    Element reply = iq_result(iq);
    Element& list = reply.add(request.name(), extdisco_ns);
    if (!credentials && request.has_attr("type")) list.set_attr("type", type);
    for (const IceService& service : ice.services) {
        const bool wanted = credentials ? !service.secret.empty() && asked_for(request, service)
                                        : !request.has_attr("type") || type == service.type;
        if (!wanted) continue;
        Element& element = list.add("service");
        element.set_attr("type", service.type)
            .set_attr("host", service.host)
            .set_attr("port", std::to_string(service.port))
            .set_attr("transport", service.transport);
        if (!service.secret.empty()) add_credentials(element, service, user, expires);
    }
    if (credentials && list.elements().empty()) {
        return refuse(ErrorType::cancel, Condition::item_not_found);
    }
    return reply;
}

}  // namespace

void add_external_services(Router& router, const Config& config, std::function<Time()> now) {
    if (config.ice.services.empty()) return;
    router.iq_handlers().set(
        std::string(extdisco_ns), [domain = config.domain, ice = config.ice, now = std::move(now)](
                                      const Element& iq, const xmpp::Jid& from) {
            if (from.domain() != domain || from.local().empty()) {
                return error_reply(iq, {ErrorType::auth, Condition::forbidden, "", {}});
            }
            return answer(ice, iq, from, now());
        });
    router.disco().add_feature(std::string(extdisco_ns));
}

}  // namespace parley::server
