#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hosts/server/app/event_loop.hpp"
#include "hosts/server/modules/adhoc_commands.hpp"
#include "hosts/server/modules/module_domain.hpp"
#include "hosts/server/modules/running_module.hpp"
#include "hosts/server/muc/muc_hooks.hpp"
#include "hosts/server/muc/muc_service.hpp"
#include "hosts/server/routing/route_hooks.hpp"
#include "hosts/server/routing/router.hpp"

namespace parley::server {

/// Runs native modules (plugin-abi) in the server: the host's side of every extension, on the
/// server's loop.
///
/// Modules are called in the middle of the server's work and only take note of what they want; it
/// is done in flush(), in order, when the caller is at rest: what a module broadcasts while it
/// judges a message follows that message.
class ModuleHost : public muc::MucHooks, public RouteHooks {
  public:
    /// What is borrowed outlives the host.
    ModuleHost(const Config& config, std::string version, EventLoop& loop, Router& router);
    ~ModuleHost() override;

    /// The MUC service, once it is there; before start(), and alive until stop() has returned.
    /// Without it modules see no rooms.
    void set_muc(muc::MucService* service) { muc_ = service; }

    /// Where modules that want the configuration read anew say so; the answer is reconfigure().
    void set_reload(std::function<void()> reload) { reload_ = std::move(reload); }

    /// Gives each module that runs its options as they are in `config` now, and logs what becomes
    /// of them.
    void reconfigure(const Config& config);

    /// Loads and starts every module of the configuration. One that cannot be is logged with what
    /// is to be done, and left out: the server goes on. Returns how many run.
    size_t start();
    /// Stops them in reverse order; what they say last is still routed.
    void stop();

    muc::MessageVerdict judge_message(const muc::Room& room, const muc::OccupantInfo& sender,
                                      const xmpp::Element& message) override;
    bool take_room_iq(const muc::Room& room, const muc::OccupantInfo* sender,
                      const xmpp::Element& iq) override;
    std::optional<xmpp::Element> judge_iq(const xmpp::Element& iq) override;
    std::vector<xmpp::Element> config_fields(const muc::Room& room) override;
    muc::FormVerdict judge_form(const muc::Room& room, const xmpp::Element& form) override;
    void module_values(const muc::Room& room, const muc::ModuleValues& values) override;
    void room_configured(const muc::Room& room) override;
    void room_destroyed(const muc::Room& room) override;
    void occupant_joined(const muc::Room& room, const muc::OccupantInfo& occupant) override;
    void occupant_changed(const muc::Room& room, std::string_view old_nick,
                          const muc::OccupantInfo& occupant) override;
    void occupant_left(const muc::Room& room, const muc::OccupantInfo& occupant,
                       muc::LeaveReason reason) override;
    void occupant_presence(const muc::Room& room, const muc::OccupantInfo& occupant,
                           const xmpp::Element* before, const xmpp::Element& now) override;

    std::vector<muc::RoomCommand> room_commands() override { return commands_.of_rooms(); }

    std::optional<xmpp::Element> run_room_command(const xmpp::Element& iq) override {
        return commands_.run_on_room(iq);
    }

    std::vector<xmpp::Element> room_info(const muc::Room& room) override;
    std::vector<std::string> service_features() override;
    void flush() override;

  private:
    bool start_module(const ModuleConfig& module_config);
    /// Gives back what the module has in the server.
    void clean_up(RunningModule& module);
    binding::TakenNames taken_names() const;
    /// Tells the module those of the values that are its own, if any.
    void give_values(RunningModule& module, const muc::Room& room, const muc::ModuleValues& values);
    void snapshot(RunningModule& module, const muc::Room& room);
    /// Tells the module what a client says in its presence, where that is of interest and another
    /// thing than `before`; null: before it said nothing.
    void give_presence(RunningModule& module, const muc::Room& room,
                       const muc::OccupantInfo& occupant, const xmpp::Element* before,
                       const xmpp::Element& now);
    void give_options(RunningModule& module, const Config& config);
    /// Calls `body(module)` of every module that can be called.
    template <class Body>
    void for_each(Body body);

    void perform(const std::shared_ptr<RunningModule>& module, binding::Action& action);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::Log& log);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::OutOfService& out);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::SetInterest& interest);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::Broadcast& broadcast);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::SendToOccupant& send);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::RequestSnapshot& request);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::Route& route);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::AddService& service);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::RemoveService& service);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::SetMucFeatures& features);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::AddCommand& command);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::RemoveCommand& command);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::SetTimer& timer);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::CancelTimer& timer);
    void do_action(const std::shared_ptr<RunningModule>& module,
                   binding::SetRouteInterest& interest);

    void do_action(const std::shared_ptr<RunningModule>& module,
                   binding::SetPresenceInterest& interest);
    void do_action(const std::shared_ptr<RunningModule>& module, binding::ReloadOptions& reload);

    // One process is no cluster: the module has no xsm.cluster to ask with.
    void do_action(const std::shared_ptr<RunningModule>&, binding::Publish&) {}

    void do_action(const std::shared_ptr<RunningModule>&, binding::Withdraw&) {}

    const Config& config_;
    std::string version_;
    EventLoop& loop_;
    Router& router_;
    muc::MucService* muc_ = nullptr;
    AdhocCommands commands_;
    std::vector<std::shared_ptr<RunningModule>> modules_;
    std::map<std::string, std::unique_ptr<ModuleDomain>> domains_;
    std::function<void()> reload_ = [] {};
    bool flushing_ = false;
};

}  // namespace parley::server
