/* "xsm.storage/1": a place of the module's own for what must outlive a reload or a restart. */
#ifndef XSM_STORAGE_H
#define XSM_STORAGE_H

#include "xsm/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_STORAGE "xsm.storage/1"

/* Host's half; the module has none. */
typedef struct xsm_host_storage {
    uint32_t struct_size;

    /* A directory that exists, that the server's user can write to, and that is this instance's
     * alone: the host gives the same one to the same MUC service (of the same node of a cluster)
     * every time. An absolute path, ending in NUL; lives as long as the host. */
    const char* directory;
} xsm_host_storage;

#ifdef __cplusplus
}
#endif

#endif
