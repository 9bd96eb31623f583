#include "xsm/options.h"
#include "broken_module.h"

static const xsm_module_options options = {sizeof options, NULL};

static const void* get_extension(xsm_module* module, const char* id) {
    (void)module;
    return strcmp(id, XSM_EXT_OPTIONS) == 0 ? &options : NULL;
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    module->get_extension = get_extension;
}
