#pragma once

#include <functional>
#include <memory>
#include <string>

#include "hosts/server/modules/running_module.hpp"
#include "hosts/server/routing/service.hpp"

namespace parley::server {

/// A domain that belongs to a module. While the module is out of service its requests are answered
/// with service-unavailable.
class ModuleDomain : public StanzaService {
  public:
    /// `settle` runs after each call into the module.
    ModuleDomain(std::string name, std::shared_ptr<RunningModule> module, StanzaSink& sink,
                 std::function<void()> settle);

    void handle(xmpp::Element stanza, const xmpp::Jid& from, const xmpp::Jid& to) override;

    void session_ended(const xmpp::Jid&, bool) override {}

    std::string name() const override { return name_; }

  private:
    std::string name_;
    std::shared_ptr<RunningModule> module_;
    StanzaSink& sink_;
    std::function<void()> settle_;
};

}  // namespace parley::server
