#include "hosts/server/routing/server_iqs.hpp"

#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::server {

using xmpp::Element;

namespace {

constexpr std::string_view version_ns = "jabber:iq:version";

Element unsupported(const Element& iq) {
    return error_reply(iq,
                       {xmpp::ErrorType::cancel, xmpp::Condition::feature_not_implemented, "", {}});
}

}  // namespace

void add_server_iqs(Router& router, const std::string& version) {
    IqHandlers& handlers = router.iq_handlers();
    handlers.set(std::string(xmpp::ns::ping), [](const Element& iq, const xmpp::Jid&) {
        return iq.attr("type") == "get" ? iq_result(iq) : unsupported(iq);
    });
    handlers.set(std::string(version_ns), [version](const Element& iq, const xmpp::Jid&) {
        if (iq.attr("type") != "get") return unsupported(iq);
        Element reply = iq_result(iq);
        Element& query = reply.add("query", version_ns);
        query.add("name").add_text("Parley");
        query.add("version").add_text(version);
        return reply;
    });
    router.disco().add_feature(std::string(xmpp::ns::ping));
    router.disco().add_feature(std::string(version_ns));
}

}  // namespace parley::server
