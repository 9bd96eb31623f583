/* Knows only ABI versions that the host does not. */
#include "xsm/abi.h"

__attribute__((visibility("default"))) const xsm_entry* xsm_get_entry(uint32_t host_abi_max);

const xsm_entry* xsm_get_entry(uint32_t host_abi_max) {
    (void)host_abi_max;
    return NULL;
}
