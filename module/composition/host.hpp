#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "module/admin/commands.hpp"
#include "module/outputs.hpp"
#include "xsm/abi.h"
#include "xsm/adhoc.h"
#include "xsm/cluster.h"
#include "xsm/disco.h"
#include "xsm/muc.h"
#include "xsm/options.h"
#include "xsm/presence.h"
#include "xsm/room_config.h"
#include "xsm/route.h"
#include "xsm/service.h"
#include "xsm/stanza.h"
#include "xsm/storage.h"
#include "xsm/timer.h"

namespace parley::module {

/// The host as the module uses it: its extensions, looked up once, and what is lost where one is
/// missing. All functions in host context, but log and wake: any thread.
class Host {
  public:
    explicit Host(const xsm_host* host);

    /// What an administrator should know before the start: what each missing extension costs.
    /// `wants_sfu`: an SFU is configured. False where the module cannot work at all.
    bool log_missing_extensions(bool wants_sfu) const;

    bool can_run_sfu() const { return service_ && stanza_; }

    /// Of a cluster; empty: the server is one process.
    std::string node() const { return cluster_ ? cluster_->node : ""; }

    /// Of the instance alone; empty: the host has none for it.
    std::string storage_directory() const { return storage_ ? storage_->directory : ""; }

    void log(LogLevel level, std::string_view text) const;

    void wake() const { host_->wake(host_); }

    /// One output that is not the media plane's.
    void carry_out(const Broadcast& output) const;
    void carry_out(const SendToOccupant& output) const;
    void carry_out(const RouteStanza& output) const;
    void carry_out(const RequestSnapshot& output) const;
    void carry_out(const LogLine& output) const;
    void carry_out(const PublishRecord& output) const;
    void carry_out(const WithdrawRecord& output) const;
    void carry_out(const ReloadOptions& output) const;

    void set_interest(const std::vector<std::string_view>& namespaces) const;
    void set_presence_interest(const std::vector<std::string_view>& namespaces) const;
    void set_route_interest(const std::vector<std::string_view>& namespaces) const;
    void set_room_config_fields(const std::vector<xmpp::Element>& fields) const;
    void set_muc_features(const std::vector<std::string_view>& features) const;
    bool add_service(std::string_view domain, std::string_view name) const;
    void remove_service(std::string_view domain) const;
    void add_command(const AdminCommand& command) const;
    void remove_command(std::string_view node) const;
    void set_timer(uint64_t id, uint64_t delay_ms) const;
    void cancel_timer(uint64_t id) const;

    const xsm_host* raw() const { return host_; }

  private:
    const xsm_host* host_;
    const xsm_host_muc* muc_;
    const xsm_host_stanza* stanza_;
    const xsm_host_service* service_;
    const xsm_host_timer* timer_;
    const xsm_host_disco* disco_;
    const xsm_host_adhoc* adhoc_;
    const xsm_host_route* route_;
    const xsm_host_presence* presence_;
    const xsm_host_room_config* room_config_;
    const xsm_host_cluster* cluster_;
    const xsm_host_storage* storage_;
    const xsm_host_options* options_;
};

}  // namespace parley::module
