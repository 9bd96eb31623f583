#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "hosts/server/modules/running_module.hpp"
#include "hosts/server/routing/router.hpp"

namespace parley::server {

/// Ad-hoc commands (XEP-0050) of modules on the server's domain, for the administrators of the
/// configuration.
class AdhocCommands {
  public:
    /// Takes over the commands namespace of the router; `settle` runs after each call into a
    /// module.
    AdhocCommands(const Config& config, Router& router, std::function<void()> settle);
    ~AdhocCommands();
    AdhocCommands(const AdhocCommands&) = delete;
    AdhocCommands& operator=(const AdhocCommands&) = delete;

    void add(const std::string& node, const std::string& name,
             std::shared_ptr<RunningModule> module);
    void remove(const std::string& node);
    /// All nodes there are.
    std::set<std::string, std::less<>> nodes() const;

  private:
    struct Command {
        std::string name;
        std::shared_ptr<RunningModule> module;
    };

    std::optional<xmpp::Element> handle(const xmpp::Element& iq, const xmpp::Jid& from);
    xmpp::Element run(const Command& command, const xmpp::Element& iq);
    std::vector<ServerDisco::Item> items(const xmpp::Jid& from) const;
    std::optional<std::vector<xmpp::Element>> info(const std::string& node,
                                                   const xmpp::Jid& from) const;

    const Config& config_;
    Router& router_;
    std::function<void()> settle_;
    std::map<std::string, Command> commands_;
};

}  // namespace parley::server
