#include "broken_module.h"

static xsm_status create(const xsm_host* host, const xsm_option* options, size_t count,
                         xsm_module** module, xsm_buf* error) {
    (void)host;
    (void)options;
    (void)count;
    (void)module;
    *error = copy("option 'sfu_port_min' is 'abc';\nit must be a number from 1024 to 65535.");
    return XSM_INVALID;
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)module;
    entry->create = create;
}
