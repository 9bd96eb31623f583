#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "hosts/server/modules/running_module.hpp"
#include "hosts/server/muc/muc_hooks.hpp"
#include "hosts/server/routing/router.hpp"

namespace parley::server {

/// Ad-hoc commands (XEP-0050) of modules: on the server's domain, for the administrators of the
/// configuration; and on rooms, where the MUC service says who may run them.
class AdhocCommands {
  public:
    /// Takes over the commands namespace of the router; `settle` runs after each call into a
    /// module.
    AdhocCommands(const Config& config, Router& router, std::function<void()> settle);
    ~AdhocCommands();
    AdhocCommands(const AdhocCommands&) = delete;
    AdhocCommands& operator=(const AdhocCommands&) = delete;

    void add(const binding::AddCommand& command, std::shared_ptr<RunningModule> module);
    void remove(const std::string& node);
    /// All nodes there are.
    std::set<std::string, std::less<>> nodes() const;

    std::vector<muc::RoomCommand> of_rooms() const;
    /// The reply to an IQ with a <command/> from somebody who may run commands of rooms. What the
    /// module asks for is done when the MUC service is at rest.
    xmpp::Element run_on_room(const xmpp::Element& iq);

  private:
    struct Command {
        std::string name;
        xsm_adhoc_access access;
        std::shared_ptr<RunningModule> module;
    };

    std::optional<xmpp::Element> handle(const xmpp::Element& iq, const xmpp::Jid& from);
    xmpp::Element run(const xmpp::Element& iq, xsm_adhoc_access access);
    /// Null where there is none of that access.
    const Command* find(std::string_view node, xsm_adhoc_access access) const;
    std::vector<ServerDisco::Item> items(const xmpp::Jid& from) const;
    std::optional<std::vector<xmpp::Element>> info(const std::string& node,
                                                   const xmpp::Jid& from) const;

    const Config& config_;
    Router& router_;
    std::function<void()> settle_;
    std::map<std::string, Command, std::less<>> commands_;
};

}  // namespace parley::server
