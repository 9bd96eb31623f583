/* "xsm.service/1": domains of the module's own, such as sfu.example.org. */
#ifndef XSM_SERVICE_H
#define XSM_SERVICE_H

#include "xsm/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_SERVICE "xsm.service/1"

/* Host's half. */
typedef struct xsm_host_service {
    uint32_t struct_size;

    /* From now on every stanza to `domain` or to any JID at it goes to on_stanza; disco#items of
     * the server lists it under `name`. XSM_INVALID where the domain is taken or not a domain. Call
     * it in start. [host-context] */
    xsm_status (*add)(const xsm_host* host, xsm_view domain, xsm_view name);

    /* Gives the domain back; stop does it for what is left. [host-context] */
    void (*remove)(const xsm_host* host, xsm_view domain);
} xsm_host_service;

/* Module's half. */
typedef struct xsm_module_service {
    uint32_t struct_size;

    /* One complete stanza to a registered domain, of any kind and type, results and errors
     * included; `from` is verified by the host and full where the sender is a client. The module
     * answers with xsm.stanza; an IQ it leaves unanswered stays unanswered. [host-context] */
    void (*on_stanza)(xsm_module* module, xsm_view stanza_xml);
} xsm_module_service;

#ifdef __cplusplus
}
#endif

#endif
