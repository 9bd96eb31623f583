#include "hosts/server/modules/module_domain.hpp"

#include "hosts/server/modules/abi_values.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"

namespace parley::server {

ModuleDomain::ModuleDomain(std::string name, std::shared_ptr<HostedModule> module, StanzaSink& sink,
                           std::function<void()> settle)
    : name_(std::move(name)), module_(std::move(module)), sink_(sink), settle_(std::move(settle)) {}

void ModuleDomain::handle(xmpp::Element stanza, const xmpp::Jid&, const xmpp::Jid&) {
    const std::string xml = xmpp::to_xml(stanza);
    const bool taken = module_->call("on_stanza", [&](xsm_module* module) {
        const auto& service = module_->instance()->extensions().service;
        if (service) service->on_stanza(module, view(xml));
    });
    settle_();
    if (taken) return;
    const std::string_view type = stanza.attr("type");
    if (type == "error" || (stanza.name() == "iq" && type == "result")) return;
    sink_.route(xmpp::error_reply(
        stanza, {xmpp::ErrorType::cancel,
                 xmpp::Condition::service_unavailable,
                 "This service has failed; the administrator finds the reason in the server's log",
                 {}}));
}

}  // namespace parley::server
