#include "broken_module.h"

void a_function_nobody_has(void);

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    (void)module;
    a_function_nobody_has();
}
