/* All headers in one C99 source: no name is declared twice, and the structs have the layout that a
 * reader of struct_size relies on. */
#include "xsm/abi.h"
#include "xsm/adhoc.h"
#include "xsm/cluster.h"
#include "xsm/disco.h"
#include "xsm/muc.h"
#include "xsm/room_config.h"
#include "xsm/route.h"
#include "xsm/service.h"
#include "xsm/stanza.h"
#include "xsm/timer.h"

#define SIZE_IS_FIRST(type) \
    typedef char size_is_first_in_##type[offsetof(type, struct_size) == 0 ? 1 : -1]

SIZE_IS_FIRST(xsm_cluster_record);
SIZE_IS_FIRST(xsm_entry);
SIZE_IS_FIRST(xsm_host);
SIZE_IS_FIRST(xsm_host_adhoc);
SIZE_IS_FIRST(xsm_host_cluster);
SIZE_IS_FIRST(xsm_host_disco);
SIZE_IS_FIRST(xsm_host_muc);
SIZE_IS_FIRST(xsm_host_room_config);
SIZE_IS_FIRST(xsm_host_route);
SIZE_IS_FIRST(xsm_host_service);
SIZE_IS_FIRST(xsm_host_stanza);
SIZE_IS_FIRST(xsm_host_timer);
SIZE_IS_FIRST(xsm_module);
SIZE_IS_FIRST(xsm_module_adhoc);
SIZE_IS_FIRST(xsm_module_cluster);
SIZE_IS_FIRST(xsm_module_disco);
SIZE_IS_FIRST(xsm_module_muc);
SIZE_IS_FIRST(xsm_module_room_config);
SIZE_IS_FIRST(xsm_module_route);
SIZE_IS_FIRST(xsm_module_service);
SIZE_IS_FIRST(xsm_module_timer);
SIZE_IS_FIRST(xsm_muc_message);
SIZE_IS_FIRST(xsm_muc_occupant);
SIZE_IS_FIRST(xsm_muc_room);
SIZE_IS_FIRST(xsm_muc_verdict);
