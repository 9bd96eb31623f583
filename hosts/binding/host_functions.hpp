#pragma once

#include "hosts/binding/action_queue.hpp"
#include "xsm/abi.h"
#include "xsm/cluster.h"
#include "xsm/storage.h"

namespace parley::binding {

/// The host's half of the ABI on top of a queue. `queue`, `name` and `version` must outlive the
/// module, or the process where the module was put out of service.
xsm_host make_host(ActionQueue& queue, const char* name, const char* version);

/// xsm.cluster for a node of that name, which must live as long; for ActionQueue.
xsm_host_cluster make_cluster_half(const char* node);

/// xsm.storage likewise.
xsm_host_storage make_storage_half(const char* directory);

}  // namespace parley::binding
