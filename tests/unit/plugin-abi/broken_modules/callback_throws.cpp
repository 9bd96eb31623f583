/* on_wake lets out a std::exception, on_timer something that is none. */
#include <stdexcept>

#include "broken_module.h"

static xsm_module_timer timer;

static void on_wake(xsm_module*) {
    throw std::runtime_error("woke up\nbadly");
}

static void on_timer(xsm_module*, uint64_t) {
    throw 7;
}

static const void* get_extension(xsm_module*, const char* id) {
    return strcmp(id, XSM_EXT_TIMER) == 0 ? &timer : nullptr;
}

static void alter(xsm_entry*, xsm_module* module) {
    timer.struct_size = sizeof timer;
    timer.on_timer = on_timer;
    module->on_wake = on_wake;
    module->get_extension = get_extension;
}
