#include <stdexcept>

#include "broken_module.h"

static xsm_status create(const xsm_host*, const xsm_option*, size_t, xsm_module**, xsm_buf*) {
    throw std::runtime_error("create went wrong");
}

static void alter(xsm_entry* entry, xsm_module*) {
    entry->create = create;
}
