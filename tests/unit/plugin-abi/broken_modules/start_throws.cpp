#include <stdexcept>

#include "broken_module.h"

static xsm_status start(xsm_module*, xsm_buf*) {
    throw std::runtime_error("start went wrong");
}

static void alter(xsm_entry*, xsm_module* module) {
    module->start = start;
}
