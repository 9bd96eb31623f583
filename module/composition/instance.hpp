#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "module/composition/host.hpp"
#include "module/composition/media_plane.hpp"
#include "module/composition/media_queue.hpp"
#include "module/composition/options.hpp"
#include "module/composition/state_files.hpp"
#include "module/coordinator.hpp"
#include "xsm/abi.h"
#include "xsm/cluster.h"

namespace parley::module {

/// One instance of the module behind the ABI: the coordinator joined to a host, the clocks and a
/// media plane. Every public function in host context (xsm/abi.h).
class Instance {
  public:
    Instance(const xsm_host* host, Options options, MediaPlaneFactory make_media);

    /// The ABI's view of this instance; lives as long as it does.
    xsm_module* module() { return &module_; }

    const Host& host() const { return host_; }

    static Instance& of(xsm_module* module) { return *static_cast<Instance*>(module->self); }

    /// Nothing on success, else why and how to mend it.
    std::optional<std::string> start();
    void stop();

    void on_wake();
    void on_timer();
    void on_room(const RoomEvent& event);
    void on_presence(const xsm_muc_room& room, const xsm_muc_occupant& occupant,
                     xsm_view payload_xml);
    Verdict on_message(const xsm_muc_message& message);
    bool on_room_iq(const xsm_muc_room& room, const xsm_muc_occupant* sender, xsm_view stanza_xml);
    void on_stanza(xsm_view stanza_xml);
    std::string on_room_info(xsm_view room_jid) const;
    std::string on_command(xsm_view stanza_xml);
    /// The <error/>, or nothing where the values can be.
    std::string on_room_submitted(const xsm_muc_room& room, xsm_view values_xml) const;
    void on_room_values(xsm_view room_jid, xsm_view values_xml);
    /// The <error/>, or nothing where the IQ passes.
    std::string on_user_iq(xsm_view stanza_xml) const;
    void on_node_lost(std::string_view node, bool is_elected,
                      std::span<const xsm_cluster_record> records);

    /// What to tell the administrator, and whether the options are in force but for that.
    std::pair<bool, std::string> on_options(const xmpp::Result<Options>& read);

  private:
    std::optional<std::string> start_sfu(Settings& settings);
    void carry_out(const Outputs& outputs);
    void carry_out(const Output& output);
    void arm_timer(bool fired = false);

    Host host_;
    Options options_;
    const MediaPlaneFactory make_media_;
    xsm_module module_;

    std::optional<Coordinator> coordinator_;  ///< between start and stop
    std::string sfu_domain_;                  ///< registered with the host; empty: none
    std::optional<StateFiles> state_;         ///< where the host has storage
    MediaQueue media_events_;
    std::unique_ptr<MediaPlane> media_;  ///< after media_events_: its threads push there
    std::optional<TimePoint> armed_for_;
};

/// The module's halves of the extensions (module_extensions.cpp), and its function table.
xsm_module module_table(Instance& instance);

}  // namespace parley::module
