#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "hosts/server/modules/action.hpp"
#include "hosts/server/modules/name_registry.hpp"
#include "plugin-abi/loader/module_instance.hpp"
#include "xsm/abi.h"

namespace parley::server {

class HostedModule;

/// What all modules of the host share; kept alive by each of them.
struct HostShared {
    HostShared(std::string server_version, xmpp::Jid domain_of_rooms)
        : version(std::move(server_version)), muc_domain(std::move(domain_of_rooms)) {}

    /// Runs the task on the server's loop, while there is one. [any-thread]
    void post(std::function<void()> task) {
        const std::lock_guard lock(loop_mutex);
        if (post_to_loop) post_to_loop(std::move(task));
    }

    std::string version;    ///< the server's, for the modules' logs
    xmpp::Jid muc_domain;   ///< rooms are JIDs at it
    NameRegistry domains;   ///< taken: the server's, the MUC service's, those of modules
    NameRegistry commands;  ///< nodes of ad-hoc commands
    /// The loop's reaction to a module's wake().
    std::function<void(HostedModule&)> woken;

    std::mutex loop_mutex;
    std::function<void(std::function<void()>)> post_to_loop;  ///< guarded by loop_mutex
};

/// One module with everything the host knows of it. It is the `self` of the host functions the
/// module calls: those only take note here. Where a module is put out of service, this object lives
/// for ever, because threads of the module may.
class HostedModule : public std::enable_shared_from_this<HostedModule> {
  public:
    HostedModule(std::string name, std::shared_ptr<HostShared> shared);
    HostedModule(const HostedModule&) = delete;
    HostedModule& operator=(const HostedModule&) = delete;

    /// Loads and starts. An error is a line for the log that says how to mend it.
    abi::LoadResult<void> start(const std::filesystem::path& path,
                                std::span<const abi::ModuleOption> options);
    /// Stops and destroys the module; what it queued last can still be taken.
    void stop();

    const std::string& name() const { return name_; }

    /// Null before start and after stop.
    abi::ModuleInstance* instance() const { return instance_.get(); }

    bool in_service() const { return instance_ != nullptr && instance_->is_in_service(); }

    /// Calls into the module; false where that was not possible.
    template <class Body>
    bool call(const char* function, Body&& body) {
        return instance_ != nullptr && instance_->call(function, std::forward<Body>(body));
    }

    /// Whether one of the element's children is in a namespace the module cares for; known even
    /// when it is dead.
    bool cares_for(const xmpp::Element& stanza) const;
    std::vector<std::string> muc_features() const;
    /// What was noted since the last time, in order.
    std::deque<action::Action> take_actions();

    /// The names it holds; taken from it.
    std::set<std::string> take_domains();
    std::set<std::string> take_commands();

    /// The loop's timers of this module, by the module's id, and its names: kept by the host.
    std::map<uint64_t, uint64_t> timers;
    std::set<std::string> domains;
    std::set<std::string> commands;
    bool buried = false;  ///< out of service, and cleaned up after

  private:
    friend struct HostFunctions;

    /// Whether the module may still call: not stopped, not out of service. [any-thread]
    bool may_call() const;
    xsm_status note(action::Action action);
    void wake();

    std::string name_;
    std::shared_ptr<HostShared> shared_;
    std::unique_ptr<abi::ModuleInstance> instance_;
    std::atomic<abi::ModuleInstance*> loaded_{nullptr};  ///< as instance_, for the module's threads
    std::atomic<bool> closed_{false};
    std::atomic<bool> wake_pending_{false};

    mutable std::mutex
        mutex_;  ///< guards what follows; start runs on a helper thread of the loader
    std::deque<action::Action> actions_;
    std::set<std::string, std::less<>> interest_;
    std::vector<std::string> muc_features_;
    std::set<std::string> own_domains_;
    std::set<std::string> own_commands_;
};

/// The host's side of the ABI for that module, without struct_size and abi_version.
xsm_host make_host(HostedModule& module, const std::string& version);

}  // namespace parley::server
