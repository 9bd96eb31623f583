#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/binding/action.hpp"
#include "hosts/binding/room_config_fields.hpp"
#include "xsm/adhoc.h"
#include "xsm/cluster.h"
#include "xsm/storage.h"

namespace parley::binding {

/// Names that others on the server have; the module gets XSM_INVALID for them.
struct TakenNames {
    std::set<std::string, std::less<>> domains;
    std::set<std::string, std::less<>> nodes;  ///< of ad-hoc commands
};

/// The host's halves that only some hosts have; null where there is none.
struct OptionalHalves {
    const xsm_host_cluster* cluster = nullptr;
    const xsm_host_storage* storage = nullptr;
};

/// What the host's side of the ABI keeps: the actions of the call in progress, the lines to log
/// from any thread, and which names belong to the module.
///
/// Every member locks, because a module that was given up (a start that did not return) may still
/// be running on a thread of its own. Actions are taken only while a call is open; a module that
/// queues at another time breaks the contract and is told XSM_ERROR.
class ActionQueue {
  public:
    static constexpr size_t actions_max = 65'536;   ///< of one call
    static constexpr size_t log_lines_max = 1'000;  ///< not yet fetched; more are counted only

    /// `wake` makes the server call HostedModule::on_wake soon. It is called from any thread, and
    /// as long as the queue lives.
    ActionQueue(std::string muc_domain, OptionalHalves halves, std::function<void()> wake)
        : muc_domain_(std::move(muc_domain)), halves_(halves), wake_(std::move(wake)) {}

    /// Opens and closes a call into the module. [host-context]
    void open();
    void close();

    /// From now on nothing is taken: the module is out of service.
    void seal();

    void set_taken(TakenNames taken);

    /// XSM_ERROR where no call is open or the queue is full.
    xsm_status push(Action action);

    /// Claims a name for the module and queues the action; XSM_INVALID where somebody has it.
    xsm_status add_service(std::string domain, std::string name);
    xsm_status add_command(std::string node, std::string name, xsm_adhoc_access access);
    void remove_service(std::string_view domain);
    void remove_command(std::string_view node);

    xsm_status set_room_config_fields(RoomConfigFields fields);
    RoomConfigFields room_config_fields() const;

    /// Whether the module may send as a JID at this domain that is not a room's.
    bool owns_domain(std::string_view domain) const;

    const std::string& muc_domain() const { return muc_domain_; }

    const OptionalHalves& halves() const { return halves_; }

    void log(xsm_log_level level, std::string_view line);  ///< [any-thread]
    void wake();                                           ///< [any-thread]

    /// True where the module asked for on_wake since the last time.
    bool take_wake();

    /// Everything queued so far, log lines first.
    std::vector<Action> take();

  private:
    const std::string muc_domain_;
    const OptionalHalves halves_;
    const std::function<void()> wake_;
    mutable std::mutex mutex_;
    bool open_ = false;
    bool sealed_ = false;
    bool woken_ = false;
    TakenNames taken_;
    TakenNames own_;
    RoomConfigFields room_config_fields_;
    std::vector<Action> actions_;
    std::vector<Action> log_lines_;
    size_t log_lines_lost_ = 0;
};

}  // namespace parley::binding
