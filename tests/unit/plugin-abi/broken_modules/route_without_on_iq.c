#include "broken_module.h"
#include "xsm/route.h"

static xsm_module_route route;

static const void* get_extension(xsm_module* module, const char* id) {
    (void)module;
    return strcmp(id, XSM_EXT_ROUTE) == 0 ? &route : NULL;
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    route.struct_size = sizeof route;
    module->get_extension = get_extension;
}
