#include <unistd.h>

#include "broken_module.h"

static void stop(xsm_module* module) {
    (void)module;
    sleep(600);
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    module->stop = stop;
}
