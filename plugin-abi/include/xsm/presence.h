/* "xsm.presence/1": what occupants say in their presence in a room, beyond what MUC itself says:
 * the children in other namespaces (XEP-0045 s7.2.1 lets them pass untouched). The module sees them
 * and cannot change them. */
#ifndef XSM_PRESENCE_H
#define XSM_PRESENCE_H

#include "xsm/abi.h"
#include "xsm/muc.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_PRESENCE "xsm.presence/1"

/* Host's half. */
typedef struct xsm_host_presence {
    uint32_t struct_size;

    /* The namespaces of direct children of an occupant's <presence/> that the module wants to see.
     * Replaces the last list. Every other presence passes without being serialised.
     * [host-context] */
    xsm_status (*set_interest)(const xsm_host* host, const xsm_view* namespaces, size_t count);
} xsm_host_presence;

/* Module's half. */
typedef struct xsm_module_presence {
    uint32_t struct_size;

    /* The children of interest in a client's presence in the room are others than before.
     * payload_xml has them in a row, each declaring its namespace; it is empty where the last one
     * is gone. A client that enters, also again without having left, has none before: a call
     * follows on_occupant_joined where it has some. None follows on_occupant_left, which says
     * enough. After on_room_snapshot the host repeats what each client of the room has; without a
     * call it has none. Not an event of its own: room->generation is that of the newest one.
     * [host-context] */
    void (*on_occupant_presence)(xsm_module* module, const xsm_muc_room* room,
                                 const xsm_muc_occupant* occupant, xsm_view payload_xml);
} xsm_module_presence;

#ifdef __cplusplus
}
#endif

#endif
