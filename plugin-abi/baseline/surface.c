/* Every type of the ABI: check-abi.sh compares what these variables lead to with xsm.abi beside it.
 * All headers in one C99 source, too: no name is declared twice. */
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

/* May grow at its end: the size that a reader looks at comes first. */
#define GROWS(type)                                                                         \
    typedef char size_is_first_in_##type[offsetof(struct type, struct_size) == 0 ? 1 : -1]; \
    struct type* grows_##type

/* Stays as it is: it is passed by value, or readers step through arrays of it. */
#define FIXED(type) struct type* fixed_##type

FIXED(xsm_buf);
FIXED(xsm_cluster_record);
FIXED(xsm_muc_occupant);
FIXED(xsm_option);
FIXED(xsm_view);

GROWS(xsm_entry);
GROWS(xsm_host);
GROWS(xsm_host_adhoc);
GROWS(xsm_host_cluster);
GROWS(xsm_host_disco);
GROWS(xsm_host_muc);
GROWS(xsm_host_options);
GROWS(xsm_host_presence);
GROWS(xsm_host_room_config);
GROWS(xsm_host_route);
GROWS(xsm_host_service);
GROWS(xsm_host_stanza);
GROWS(xsm_host_storage);
GROWS(xsm_host_timer);
GROWS(xsm_module);
GROWS(xsm_module_adhoc);
GROWS(xsm_module_cluster);
GROWS(xsm_module_disco);
GROWS(xsm_module_muc);
GROWS(xsm_module_options);
GROWS(xsm_module_presence);
GROWS(xsm_module_room_config);
GROWS(xsm_module_route);
GROWS(xsm_module_service);
GROWS(xsm_module_timer);
GROWS(xsm_muc_message);
GROWS(xsm_muc_room);
GROWS(xsm_muc_verdict);

/* A typedef that no struct leads to. */
xsm_get_entry_fn get_entry;
