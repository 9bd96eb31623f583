#include "broken_module.h"

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)module;
    entry->abi_version = 99;
}
