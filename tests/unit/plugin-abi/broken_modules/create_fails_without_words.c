#include "broken_module.h"

static xsm_status create(const xsm_host* host, const xsm_option* options, size_t count,
                         xsm_module** module, xsm_buf* error) {
    (void)host;
    (void)options;
    (void)count;
    (void)module;
    (void)error;
    return XSM_ERROR;
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)module;
    entry->create = create;
}
