/* Fails at first; succeeds when it is tried again. */
#include "broken_module.h"

static int tries;

static xsm_status start(xsm_module* module, xsm_buf* error) {
    if (++tries > 1) return start_well(module, error);
    *error = copy("UDP port 10000 is taken; end the other program or set 'sfu_port_min'.");
    return XSM_ERROR;
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    module->start = start;
}
