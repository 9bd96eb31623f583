#pragma once

#include <optional>

#include "plugin-abi/loader/load_error.hpp"
#include "xsm/adhoc.h"
#include "xsm/cluster.h"
#include "xsm/disco.h"
#include "xsm/muc.h"
#include "xsm/options.h"
#include "xsm/presence.h"
#include "xsm/room_config.h"
#include "xsm/route.h"
#include "xsm/service.h"
#include "xsm/timer.h"

namespace parley::abi {

/// The module's half of every extension it has. Copies: where a module was built against an older
/// revision, the members that it does not know are null; those of the first revision never are.
struct ModuleExtensions {
    std::optional<xsm_module_adhoc> adhoc;
    std::optional<xsm_module_cluster> cluster;
    std::optional<xsm_module_disco> disco;
    std::optional<xsm_module_muc> muc;
    std::optional<xsm_module_options> options;
    std::optional<xsm_module_presence> presence;
    std::optional<xsm_module_room_config> room_config;
    std::optional<xsm_module_route> route;
    std::optional<xsm_module_service> service;
    std::optional<xsm_module_timer> timer;

    /// Asks the module for each and checks it. Lets through what the module throws. [host-context]
    static LoadResult<ModuleExtensions> of(xsm_module& module);
};

}  // namespace parley::abi
