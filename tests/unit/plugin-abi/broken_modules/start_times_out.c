#include <unistd.h>

#include "broken_module.h"

static xsm_status start(xsm_module* module, xsm_buf* error) {
    sleep(600);
    return start_well(module, error);
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    module->start = start;
}
