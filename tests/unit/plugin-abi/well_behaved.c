/* The smallest module that does something: it knows one option, stamps messages that say "hello",
 * and keeps a timer. Plain C99, several instances at a time, no state outside of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xsm/abi.h"
#include "xsm/muc.h"
#include "xsm/timer.h"

typedef struct instance {
    xsm_module module;
    const xsm_host* host;
    const xsm_host_timer* timer;
    char greeting[32];
} instance;

static xsm_view view(const char* text) {
    xsm_view result;
    result.data = text;
    result.size = strlen(text);
    return result;
}

static xsm_buf copy(const char* text) {
    xsm_buf result = {NULL, 0};
    result.data = malloc(strlen(text) + 1);
    if (result.data == NULL) return result;
    result.size = strlen(text);
    memcpy(result.data, text, result.size);
    return result;
}

static instance* self_of(xsm_module* module) {
    return module->self;
}

static xsm_status start(xsm_module* module, xsm_buf* error) {
    instance* self = self_of(module);
    (void)error;
    self->host->log(self->host, XSM_LOG_INFO, view(self->greeting));
    if (self->timer != NULL) self->timer->set(self->host, 1, 50);
    return XSM_OK;
}

static void stop(xsm_module* module) {
    instance* self = self_of(module);
    if (self->timer != NULL) self->timer->cancel(self->host, 1);
    self->host->log(self->host, XSM_LOG_INFO, view("stopped"));
}

static void destroy(xsm_module* module) {
    free(self_of(module));
}

static void on_wake(xsm_module* module) {
    instance* self = self_of(module);
    self->host->log(self->host, XSM_LOG_DEBUG, view("awake"));
}

static void free_buf(xsm_buf buffer) {
    free(buffer.data);
}

static void free_buf_of(xsm_module* module, xsm_buf buffer) {
    (void)module;
    free(buffer.data);
}

static void on_timer(xsm_module* module, uint64_t id) {
    instance* self = self_of(module);
    if (id == 1) self->host->wake(self->host);
}

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

static void on_message(xsm_module* module, const xsm_muc_message* message,
                       xsm_muc_verdict* verdict) {
    static const char word[] = "<hello/>";
    (void)module;
    if (message->stanza_xml.size != sizeof word - 1) return;
    if (memcmp(message->stanza_xml.data, word, sizeof word - 1) != 0) return;
    verdict->kind = XSM_MUC_REPLACE;
    verdict->xml = copy("<hello position='1'/>");
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
    static const xsm_module_timer timer = {sizeof timer, on_timer};
    static const xsm_module_muc muc = {
        sizeof muc,          on_room_snapshot, on_room,    on_room,    on_occupant_joined,
        on_occupant_changed, on_occupant_left, on_message, on_room_iq,
    };
    (void)module;
    if (strcmp(id, XSM_EXT_TIMER) == 0) return &timer;
    if (strcmp(id, XSM_EXT_MUC) == 0) return &muc;
    return NULL;
}

static int is(xsm_view text, const char* word) {
    return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

static xsm_status create(const xsm_host* host, const xsm_option* options, size_t count,
                         xsm_module** module, xsm_buf* error) {
    instance* self = calloc(1, sizeof *self);
    size_t i;
    if (self == NULL) return XSM_ERROR;
    for (i = 0; i < count; ++i) {
        if (!is(options[i].key, "greeting") || options[i].value.size >= sizeof self->greeting) {
            *error = copy("the only option is 'greeting', of at most 31 octets.");
            free(self);
            return XSM_INVALID;
        }
        memcpy(self->greeting, options[i].value.data, options[i].value.size);
    }
    self->host = host;
    self->timer = host->get_extension(host, XSM_EXT_TIMER);
    self->module.struct_size = sizeof self->module;
    self->module.self = self;
    self->module.start = start;
    self->module.stop = stop;
    self->module.destroy = destroy;
    self->module.on_wake = on_wake;
    self->module.free_buf = free_buf_of;
    self->module.get_extension = get_extension;
    *module = &self->module;
    return XSM_OK;
}

__attribute__((visibility("default"))) const xsm_entry* xsm_get_entry(uint32_t host_abi_max);

const xsm_entry* xsm_get_entry(uint32_t host_abi_max) {
    static const xsm_entry entry = {sizeof entry, 1,      "well_behaved", "1.2.3",
                                    "An example", create, free_buf};
    return host_abi_max >= 1 ? &entry : NULL;
}
