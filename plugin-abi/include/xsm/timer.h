/* "xsm.timer/1": one-shot timers in host context. */
#ifndef XSM_TIMER_H
#define XSM_TIMER_H

#include "xsm/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_TIMER "xsm.timer/1"

/* Host's half. */
typedef struct xsm_host_timer {
    uint32_t struct_size;

    /* Calls on_timer(id) once, no earlier than delay_ms from now. Setting an id that is pending
     * replaces it. Ids are the module's own. [host-context] */
    xsm_status (*set)(const xsm_host* host, uint64_t id, uint64_t delay_ms);

    /* Forgets a pending timer; an unknown id is no error. [host-context] */
    void (*cancel)(const xsm_host* host, uint64_t id);
} xsm_host_timer;

/* Module's half. */
typedef struct xsm_module_timer {
    uint32_t struct_size;

    /* A timer ran out. [host-context] */
    void (*on_timer)(xsm_module* module, uint64_t id);
} xsm_module_timer;

#ifdef __cplusplus
}
#endif

#endif
