/* "xsm.route/1": sees, and may refuse, IQs on their way from one user to another. */
#ifndef XSM_ROUTE_H
#define XSM_ROUTE_H

#include "xsm/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_ROUTE "xsm.route/1"

/* Host's half. */
typedef struct xsm_host_route {
    uint32_t struct_size;

    /* The namespaces of IQ payloads that the module wants to see between users. Everything else
     * passes without being serialised. Replaces the last list. The host fails closed for them, as
     * xsm_host_muc.set_interest does. [host-context] */
    xsm_status (*set_interest)(const xsm_host* host, const xsm_view* namespaces, size_t count);
} xsm_host_route;

/* Module's half. */
typedef struct xsm_module_route {
    uint32_t struct_size;

    /* One <iq type='get'/> or <iq type='set'/> whose payload is in an interest namespace, from a
     * full JID to a full JID of which at least one is a user's of this server, before it is
     * delivered; `from` is verified by the host. The occupant JIDs of rooms count as users where
     * the host relays them (XEP-0045 s17.4). Leaving *error empty lets the IQ pass; an <error/>
     * element is the answer to its sender, and the IQ goes no further. In a cluster (xsm.cluster)
     * every node's module is asked, and the first that refuses decides. [host-context] */
    void (*on_iq)(xsm_module* module, xsm_view stanza_xml, xsm_buf* error);
} xsm_module_route;

#ifdef __cplusplus
}
#endif

#endif
