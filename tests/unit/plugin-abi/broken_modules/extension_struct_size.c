#include "broken_module.h"

static xsm_module_timer timer;

static const void* get_extension(xsm_module* module, const char* id) {
    (void)module;
    return strcmp(id, XSM_EXT_TIMER) == 0 ? &timer : NULL;
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    timer.struct_size = 4;
    module->get_extension = get_extension;
}
