/* "xsm.room_config/1": fields of the module's own in the configuration form of every room
 * (XEP-0045 s10.2). The host shows them to owners and keeps their values with the room. */
#ifndef XSM_ROOM_CONFIG_H
#define XSM_ROOM_CONFIG_H

#include "xsm/abi.h"
#include "xsm/muc.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_ROOM_CONFIG "xsm.room_config/1"

/* Host's half. */
typedef struct xsm_host_room_config {
    uint32_t struct_size;

    /* What owners are shown: <field/> elements (XEP-0004) in a row, each declaring its namespace
     * jabber:x:data, of type boolean, list-single, text-single or fixed; <value/> is the default.
     * Replaces the last list. XSM_INVALID where one is none, two have the same var, or a var is
     * the host's own: FORM_TYPE, or one that begins with "muc#". [host-context] */
    xsm_status (*set_fields)(const xsm_host* host, xsm_view fields_xml);
} xsm_host_room_config;

/* Module's half. Values are one <x xmlns='jabber:x:data' type='submit'/> with a <field/> for every
 * field of the module's but the fixed ones: what the owner sent, else what the room had, else the
 * default. A boolean is "1" or "0", a list-single one of its options. */
typedef struct xsm_module_room_config {
    uint32_t struct_size;

    /* An owner submits the form. Leaving *error empty accepts: the host keeps the values, and calls
     * on_room_values. An <error/> element is the answer to the owner, and nothing of the whole form
     * changes. [host-context] */
    void (*on_room_submitted)(xsm_module* module, const xsm_muc_room* room, xsm_view values_xml,
                              xsm_buf* error);

    /* The values of a room: after they were accepted, and where a room has some, before the first
     * event or snapshot of it that this instance gets. A room without has the defaults; with
     * on_room_destroyed its values are gone. [host-context] */
    void (*on_room_values)(xsm_module* module, xsm_view room_jid, xsm_view values_xml);
} xsm_module_room_config;

#ifdef __cplusplus
}
#endif

#endif
