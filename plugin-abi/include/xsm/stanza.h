/* "xsm.stanza/1": hands stanzas to the server. */
#ifndef XSM_STANZA_H
#define XSM_STANZA_H

#include "xsm/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_STANZA "xsm.stanza/1"

/* Host's half. */
typedef struct xsm_host_stanza {
    uint32_t struct_size;

    /* Queues one complete stanza (message, presence or iq in jabber:client, one element, no XML
     * declaration) for routing as if its sender had sent it. `from` must be a JID of a service this
     * module registered (xsm.service) or of a room (xsm.muc), `to` must be given; else XSM_INVALID.
     * Replies come back by the extension that owns `from`. [host-context] */
    xsm_status (*route)(const xsm_host* host, xsm_view stanza_xml);
} xsm_host_stanza;

#ifdef __cplusplus
}
#endif

#endif
