#include "broken_module.h"
#include "xsm/room_config.h"

static xsm_module_room_config room_config;

static void on_room_submitted(xsm_module* module, const xsm_muc_room* room, xsm_view values_xml,
                              xsm_buf* error) {
    (void)module;
    (void)room;
    (void)values_xml;
    (void)error;
}

static const void* get_extension(xsm_module* module, const char* id) {
    (void)module;
    return strcmp(id, XSM_EXT_ROOM_CONFIG) == 0 ? &room_config : NULL;
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    room_config.struct_size = sizeof room_config;
    room_config.on_room_submitted = on_room_submitted;
    module->get_extension = get_extension;
}
