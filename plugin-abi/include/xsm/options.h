/* "xsm.options/1": options that change while the module runs, when the server reads its
 * configuration anew. */
#ifndef XSM_OPTIONS_H
#define XSM_OPTIONS_H

#include "xsm/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_OPTIONS "xsm.options/1"

/* Host's half. */
typedef struct xsm_host_options {
    uint32_t struct_size;

    /* Queues the reading of the server's configuration; on_options follows, at once or soon, where
     * it could be read. What else the server takes from it is the server's. [host-context] */
    void (*reload)(const xsm_host* host);
} xsm_host_options;

/* Module's half. */
typedef struct xsm_module_options {
    uint32_t struct_size;

    /* The module's table as it is in the configuration now, after reload or because an
     * administrator made the server read it. XSM_OK: in force, but for what *message names, if
     * anything, as in force from the next start on. Anything else: nothing has changed, and
     * *message says which option is wrong and what it may be. The host logs the message.
     * [host-context] */
    xsm_status (*on_options)(xsm_module* module, const xsm_option* options, size_t option_count,
                             xsm_buf* message);
} xsm_module_options;

#ifdef __cplusplus
}
#endif

#endif
