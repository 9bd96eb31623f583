/* "xsm.disco/1": what service discovery (XEP-0030) says of the MUC service and its rooms. A service
 * of the module's own (xsm.service) answers for itself. */
#ifndef XSM_DISCO_H
#define XSM_DISCO_H

#include "xsm/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_DISCO "xsm.disco/1"

/* Host's half. */
typedef struct xsm_host_disco {
    uint32_t struct_size;

    /* Features that the MUC service itself announces. Replaces the last list. [host-context] */
    xsm_status (*set_muc_features)(const xsm_host* host, const xsm_view* features, size_t count);
} xsm_host_disco;

/* Module's half. */
typedef struct xsm_module_disco {
    uint32_t struct_size;

    /* Somebody asks disco#info of a room (no node). Puts into *out further children for the
     * <query/>: <feature/> and <x xmlns='jabber:x:data'/> elements in a row, each declaring its
     * namespace, or leaves it empty. [host-context] */
    void (*on_room_info)(xsm_module* module, xsm_view room_jid, xsm_buf* out);
} xsm_module_disco;

#ifdef __cplusplus
}
#endif

#endif
