#include "broken_module.h"

static xsm_module_muc muc;

static void on_room_snapshot(xsm_module* module, const xsm_muc_room* room,
                             const xsm_muc_occupant* occupants, size_t count) {
    (void)module;
    (void)room;
    (void)occupants;
    (void)count;
}

static void on_room(xsm_module* module, const xsm_muc_room* room) {
    (void)module;
    (void)room;
}

static void on_occupant_joined(xsm_module* module, const xsm_muc_room* room,
                               const xsm_muc_occupant* occupant) {
    (void)module;
    (void)room;
    (void)occupant;
}

static void on_occupant_changed(xsm_module* module, const xsm_muc_room* room, xsm_view old_nick,
                                const xsm_muc_occupant* occupant) {
    (void)module;
    (void)room;
    (void)old_nick;
    (void)occupant;
}

static void on_occupant_left(xsm_module* module, const xsm_muc_room* room,
                             const xsm_muc_occupant* occupant, xsm_muc_leave_reason reason) {
    (void)module;
    (void)room;
    (void)occupant;
    (void)reason;
}

static int32_t on_room_iq(xsm_module* module, const xsm_muc_room* room,
                          const xsm_muc_occupant* sender, xsm_view stanza_xml) {
    (void)module;
    (void)room;
    (void)sender;
    (void)stanza_xml;
    return 0;
}

static const void* get_extension(xsm_module* module, const char* id) {
    (void)module;
    return strcmp(id, XSM_EXT_MUC) == 0 ? &muc : NULL;
}

static void alter(xsm_entry* entry, xsm_module* module) {
    (void)entry;
    muc.struct_size = sizeof muc;
    muc.on_room_snapshot = on_room_snapshot;
    muc.on_room_configured = on_room;
    muc.on_room_destroyed = on_room;
    muc.on_occupant_joined = on_occupant_joined;
    muc.on_occupant_changed = on_occupant_changed;
    muc.on_occupant_left = on_occupant_left;
    muc.on_room_iq = on_room_iq;
    module->get_extension = get_extension;
}
