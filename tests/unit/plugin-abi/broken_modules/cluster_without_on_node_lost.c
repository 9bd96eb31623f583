#include "broken_module.h"
#include "xsm/cluster.h"

static xsm_module_cluster cluster;

static const void* get_extension(xsm_module* module, const char* id) {
    (void)module;
    return strcmp(id, XSM_EXT_CLUSTER) == 0 ? &cluster : NULL;
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    cluster.struct_size = sizeof cluster;
    module->get_extension = get_extension;
}
