#include "broken_module.h"

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    module->struct_size = 24;
}
