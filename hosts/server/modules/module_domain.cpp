#include "hosts/server/modules/module_domain.hpp"

#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"

namespace parley::server {

ModuleDomain::ModuleDomain(std::string name, std::shared_ptr<RunningModule> module,
                           StanzaSink& sink, std::function<void()> settle)
    : name_(std::move(name)), module_(std::move(module)), sink_(sink), settle_(std::move(settle)) {}

void ModuleDomain::handle(xmpp::Element stanza, const xmpp::Jid&, const xmpp::Jid&) {
    bool taken = false;
    if (module_->can_be_called()) {
        taken = module_->hosted->on_stanza(xmpp::to_xml(stanza));
        module_->collect();
        settle_();
    }
    const std::string_view type = stanza.attr("type");
    if (taken || type == "error" || (stanza.name() == "iq" && type == "result")) return;
    sink_.route(xmpp::error_reply(
        stanza, {xmpp::ErrorType::cancel,
                 xmpp::Condition::service_unavailable,
                 "This service has failed; the administrator finds the reason in the server's log",
                 {}}));
}

}  // namespace parley::server
