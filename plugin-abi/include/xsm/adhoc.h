/* "xsm.adhoc/1": ad-hoc commands (XEP-0050) of the module, on the server's own domain or on each
 * room of the MUC service. The host checks who may run them, and lists them in disco#items only to
 * those who may. */
#ifndef XSM_ADHOC_H
#define XSM_ADHOC_H

#include "xsm/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_ADHOC "xsm.adhoc/1"

typedef int32_t xsm_adhoc_access;

enum {
    XSM_ADHOC_ADMIN = 0, /* on the domain: administrators of the server; others get forbidden */
    XSM_ADHOC_ROOM_OWNER = 1, /* on each room: its owners, be they in it or not, and administrators
                                 of the server; others get forbidden */
    XSM_ADHOC_ADMIN_EVERYWHERE = 2 /* as XSM_ADHOC_ADMIN; in a server of several nodes
                                      (xsm/cluster.h) the instance of each node runs it, and that of
                                      the node which was asked answers */
};

/* Host's half. */
typedef struct xsm_host_adhoc {
    uint32_t struct_size;

    /* Offers a command. XSM_INVALID where the node is taken, XSM_UNSUPPORTED where the host knows
     * no such access. Call it in start. [host-context] */
    xsm_status (*add)(const xsm_host* host, xsm_view node, xsm_view name, xsm_adhoc_access access);

    /* Withdraws it; stop does it for what is left. [host-context] */
    void (*remove)(const xsm_host* host, xsm_view node);
} xsm_host_adhoc;

/* Module's half. */
typedef struct xsm_module_adhoc {
    uint32_t struct_size;

    /* One <iq type='set'/> with a <command/> for a node of this module, its sender already allowed;
     * `to` is the server's domain or the room's bare JID.
     * Puts into *out the one child of the answer: a <command/> element (sent as result), or an
     * <error/> element (sent as error). Sessions are the module's to keep and to bound. A host of
     * several nodes may put together the pages (a <set/> of XEP-0059 in the <command/>) of their
     * instances: the rows of such a table are in the order of their field "id". Where this one's
     * answer is a <note type='error'/>, it may give that of another node instead.
     * [host-context] */
    void (*on_command)(xsm_module* module, xsm_view stanza_xml, xsm_buf* out);
} xsm_module_adhoc;

#ifdef __cplusplus
}
#endif

#endif
