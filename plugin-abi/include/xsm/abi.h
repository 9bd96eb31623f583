/* The contract between an XMPP server and a native module: the core every module needs.
 *
 * A module is a shared object with exactly one exported symbol, xsm_get_entry. Everything beyond
 * this header is an extension, asked for by name in either direction: xsm/muc.h is "xsm.muc/1", and
 * so on. The shape is CLAP's (audio plug-ins); docs/decisions/ says why. plugin-abi/STYLE.md has
 * the rules.
 *
 * Threads. Every function pointer carries one of two tags:
 *   [host-context]  called by the host, serialised per instance (never two at once), on no
 * particular thread; returns within XSM_CALL_BUDGET_US; the host holds no lock of its own that a
 * host function would take. Host functions only queue: they never re-enter the module. [any-thread]
 * may be called from any thread at any time between create and the return of stop.
 *
 * Ownership. xsm_view is borrowed for the duration of the call. xsm_buf is allocated by the module
 * and freed by the host through xsm_module.free_buf. No allocator is shared.
 *
 * Growth. Structs begin with their size in bytes and only ever grow at the end; a reader looks at
 * struct_size before it touches a member that a later revision added.
 *
 * Nothing throws across this boundary.
 */
#ifndef XSM_ABI_H
#define XSM_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The newest ABI this header describes. A host passes its own to xsm_get_entry. */
#define XSM_ABI_VERSION 1u

/* The time a [host-context] call may take, in microseconds. Hosts log what overruns it. */
#define XSM_CALL_BUDGET_US 1000u

/* The name of the one exported symbol. */
#define XSM_ENTRY_SYMBOL "xsm_get_entry"

/* UTF-8, borrowed, not terminated by NUL. data may be NULL where size is 0. */
typedef struct xsm_view {
    const char* data;
    size_t size;
} xsm_view;

/* UTF-8, owned by the module, released by xsm_module.free_buf. Empty: {NULL, 0}. */
typedef struct xsm_buf {
    char* data;
    size_t size;
} xsm_buf;

typedef int32_t xsm_status;

enum {
    XSM_OK = 0,
    XSM_ERROR = 1,       /* the call failed; the text says why, where there is one */
    XSM_UNSUPPORTED = 2, /* this side cannot do that */
    XSM_INVALID = 3      /* an argument is not what the contract says */
};

typedef int32_t xsm_log_level;

enum { XSM_LOG_DEBUG = 0, XSM_LOG_INFO = 1, XSM_LOG_WARNING = 2, XSM_LOG_ERROR = 3 };

/* One option of the module's table in the host's configuration. Nested tables are flattened with
 * dots
 * ("sfu.port_min"); a list is the same key once per element, in order; booleans are "true" and
 * "false"; numbers are decimal. */
typedef struct xsm_option {
    xsm_view key;
    xsm_view value;
} xsm_option;

/* The host's side. Lives until destroy has returned. */
typedef struct xsm_host {
    uint32_t struct_size;
    uint32_t abi_version; /* the ABI in force: min(host's newest, module's) */
    void* self;
    const char* name;    /* for logs only: a module never branches on its host */
    const char* version; /* for logs only */

    /* The host's half of an extension ("xsm.muc/1"), or NULL where the host has none.
     * The struct lives as long as the host. [any-thread] */
    const void* (*get_extension)(const struct xsm_host* host, const char* id);

    /* One line of UTF-8 without a line end. [any-thread] */
    void (*log)(const struct xsm_host* host, xsm_log_level level, xsm_view message);

    /* Makes the host call on_wake soon, in host context. Calls coalesce. [any-thread] */
    void (*wake)(const struct xsm_host* host);
} xsm_host;

/* One instance of a module. Allocated by create, freed by destroy.
 * Lifecycle: create -> start -> stop -> destroy; start may follow stop again. */
typedef struct xsm_module {
    uint32_t struct_size;
    void* self;

    /* Starts threads, registers services. On failure *error says why and how to mend it. The host
     * gives up after its own time limit (parleyd: 10 s) and never calls the instance again.
     * [host-context], not bound by XSM_CALL_BUDGET_US */
    xsm_status (*start)(struct xsm_module* module, xsm_buf* error);

    /* Ends what start began and joins every thread; no host function is called after it returned.
     * [host-context], not bound by XSM_CALL_BUDGET_US */
    void (*stop)(struct xsm_module* module);

    /* Frees the instance. Only before start or after stop. [host-context] */
    void (*destroy)(struct xsm_module* module);

    /* The module asked for it with xsm_host.wake. [host-context] */
    void (*on_wake)(struct xsm_module* module);

    /* Frees a buffer this module gave out; {NULL, 0} is allowed. [any-thread] */
    void (*free_buf)(struct xsm_module* module, xsm_buf buffer);

    /* The module's half of an extension, or NULL. The struct lives as long as the instance.
     * [any-thread] */
    const void* (*get_extension)(struct xsm_module* module, const char* id);
} xsm_module;

/* What a module says of itself before any instance exists. Static storage. */
typedef struct xsm_entry {
    uint32_t struct_size;
    uint32_t abi_version; /* the newest ABI the module knows, at most host_abi_max */
    const char* name;     /* "parley": the name of its table in the configuration */
    const char* version;
    const char* description; /* one line */

    /* Makes an instance. The options are borrowed for the call. On failure returns anything but
     * XSM_OK, *module stays NULL, and *error says which option is wrong and what it may be; the
     * host frees it with xsm_entry.free_buf. [host-context], not bound by XSM_CALL_BUDGET_US */
    xsm_status (*create)(const xsm_host* host, const xsm_option* options, size_t option_count,
                         xsm_module** module, xsm_buf* error);

    /* Frees an error of create. [any-thread] */
    void (*free_buf)(xsm_buf buffer);
} xsm_entry;

/* The type of the exported symbol. host_abi_max is the newest ABI the host knows. Returns NULL
 * where the module has no ABI that old. [any-thread] */
typedef const xsm_entry* (*xsm_get_entry_fn)(uint32_t host_abi_max);

#ifdef __cplusplus
}
#endif

#endif
