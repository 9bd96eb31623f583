/* Takes ten milliseconds for what should take one at most. */
#include <unistd.h>

#include "broken_module.h"

static void on_wake(xsm_module* module) {
    (void)module;
    usleep(10000);
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    module->on_wake = on_wake;
}
