/* A well-behaved module that each file here makes wrong in one way: alter() gets its tables before
 * the host sees them. It logs what the host calls, so that a test sees what was called and what was
 * not. */
#ifndef BROKEN_MODULE_H
#define BROKEN_MODULE_H

#include <stdlib.h>
#include <string.h>

#include "xsm/abi.h"
#include "xsm/muc.h"
#include "xsm/timer.h"

static void alter(xsm_entry* entry, xsm_module* module);

static const xsm_host* the_host;
static xsm_entry the_entry;
static xsm_module the_module;

static inline xsm_view view(const char* text) {
    xsm_view result;
    result.data = text;
    result.size = strlen(text);
    return result;
}

static inline void say(const char* text) {
    the_host->log(the_host, XSM_LOG_DEBUG, view(text));
}

static inline xsm_buf copy(const char* text) {
    xsm_buf result;
    result.size = strlen(text);
    result.data = (char*)malloc(result.size);
    memcpy(result.data, text, result.size);
    return result;
}

static inline xsm_status start_well(xsm_module* module, xsm_buf* error) {
    (void)module;
    (void)error;
    say("start");
    return XSM_OK;
}

static inline void stop_well(xsm_module* module) {
    (void)module;
    say("stop");
}

static inline void destroy_well(xsm_module* module) {
    (void)module;
    say("destroy");
}

static inline void wake_well(xsm_module* module) {
    (void)module;
    say("on_wake");
}

static inline void free_well(xsm_buf buffer) {
    free(buffer.data);
}

static inline void free_of_module_well(xsm_module* module, xsm_buf buffer) {
    (void)module;
    free(buffer.data);
}

static inline const void* no_extension(xsm_module* module, const char* id) {
    (void)module;
    (void)id;
    return NULL;
}

static inline xsm_status create_well(const xsm_host* host, const xsm_option* options, size_t count,
                                     xsm_module** module, xsm_buf* error) {
    (void)options;
    (void)count;
    (void)error;
    the_host = host;
    *module = &the_module;
    return XSM_OK;
}

#ifdef __cplusplus
extern "C"
#endif
    __attribute__((visibility("default"))) const xsm_entry*
    xsm_get_entry(uint32_t host_abi_max);

const xsm_entry* xsm_get_entry(uint32_t host_abi_max) {
    (void)host_abi_max;
    the_entry.struct_size = sizeof the_entry;
    the_entry.abi_version = 1;
    the_entry.name = "broken";
    the_entry.version = "1.0";
    the_entry.description = "wrong in one way";
    the_entry.create = create_well;
    the_entry.free_buf = free_well;
    the_module.struct_size = sizeof the_module;
    the_module.start = start_well;
    the_module.stop = stop_well;
    the_module.destroy = destroy_well;
    the_module.on_wake = wake_well;
    the_module.free_buf = free_of_module_well;
    the_module.get_extension = no_extension;
    alter(&the_entry, &the_module);
    return &the_entry;
}

#endif
