/* "xsm.muc/1": rooms (XEP-0045): sees what happens in them, judges messages, speaks as the room.
 *
 * The module keeps a model of every room and never asks: the host tells each change in the order in
 * which occupants saw it. Every event carries the room's generation, which grows by one with each
 * event of that room; after a gap the module calls request_snapshot.
 *
 * A host whose server has no event for a change finds it by looking at the room. Between two looks
 * several changes of a client, or of the configuration, are then one event with the final state, a
 * client that came and went is none, and events that do not concern the same client may change
 * places. Who is in the room, who left it and why is never lost; and the host looks before
 * on_message and on_room_iq. */
#ifndef XSM_MUC_H
#define XSM_MUC_H

#include "xsm/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_MUC "xsm.muc/1"

/* XEP-0045 s5.2, ordered so that a higher number may do more. */
typedef int32_t xsm_muc_affiliation;

enum {
    XSM_MUC_OUTCAST = 0,
    XSM_MUC_NO_AFFILIATION = 1,
    XSM_MUC_MEMBER = 2,
    XSM_MUC_ADMIN = 3,
    XSM_MUC_OWNER = 4
};

/* XEP-0045 s5.1, ordered likewise. */
typedef int32_t xsm_muc_role;

enum { XSM_MUC_NO_ROLE = 0, XSM_MUC_VISITOR = 1, XSM_MUC_PARTICIPANT = 2, XSM_MUC_MODERATOR = 3 };

/* Why an occupant is gone. */
typedef int32_t xsm_muc_leave_reason;

enum {
    XSM_MUC_LEFT = 0,             /* sent unavailable presence */
    XSM_MUC_KICKED = 1,           /* status 307 */
    XSM_MUC_BANNED = 2,           /* status 301 */
    XSM_MUC_AFFILIATION_LOST = 3, /* status 321 or 322: no member of a members-only room any more */
    XSM_MUC_CONNECTION_LOST = 4,  /* its session vanished, or an error bounced (status 333) */
    XSM_MUC_SHUTDOWN = 5          /* status 332 */
};

typedef struct xsm_muc_occupant {
    uint32_t struct_size;
    xsm_view nick; /* the resource of the occupant JID */
    xsm_view
        real_jid; /* full JID of the client; one entry for each client where several share a nick */
    xsm_muc_affiliation affiliation;
    xsm_muc_role role;
} xsm_muc_occupant;

enum {
    XSM_MUC_ROOM_MEMBERS_ONLY = 1u << 0,
    XSM_MUC_ROOM_NON_ANONYMOUS = 1u << 1, /* whois=anyone */
    XSM_MUC_ROOM_PERSISTENT = 1u << 2,
    XSM_MUC_ROOM_MODERATED = 1u << 3,
    XSM_MUC_ROOM_PUBLIC = 1u << 4
};

typedef struct xsm_muc_room {
    uint32_t struct_size;
    uint32_t flags;
    uint64_t generation;
    xsm_view jid; /* bare JID of the room */
} xsm_muc_room;

/* A message of an occupant to the room or to another occupant, after the host's own checks
 * (occupant, voice) and before anybody saw it. */
typedef struct xsm_muc_message {
    uint32_t struct_size;
    const xsm_muc_room* room;
    const xsm_muc_occupant* sender;
    xsm_view stanza_xml; /* as the client sent it; from = the client's full JID */
} xsm_muc_message;

typedef int32_t xsm_muc_verdict_kind;

enum {
    XSM_MUC_PASS = 0,
    XSM_MUC_DROP = 1, /* xml is the <error/> element for the sender; empty: drop in silence */
    XSM_MUC_REPLACE =
        2 /* xml is the <message/> to broadcast instead; the host stamps from and to */
};

typedef struct xsm_muc_verdict {
    uint32_t struct_size;
    xsm_muc_verdict_kind kind;
    xsm_buf xml; /* the module's; the host frees it with free_buf */
} xsm_muc_verdict;

/* Host's half. */
typedef struct xsm_host_muc {
    uint32_t struct_size;

    /* The namespaces of direct children of <message/>, and of an <iq/> to a room, that the module
     * wants to see. Everything else passes without being serialised. Replaces the last list. The
     * host fails closed for them: if the module dies, such messages are refused. [host-context] */
    xsm_status (*set_interest)(const xsm_host* host, const xsm_view* namespaces, size_t count);

    /* Queues a <message/> to every occupant. Its `from` must be the room's bare JID or an occupant
     * JID of it; the host stamps `to`. It is not offered to on_message. [host-context] */
    xsm_status (*broadcast)(const xsm_host* host, xsm_view room_jid, xsm_view stanza_xml);

    /* Queues one stanza to the one client `real_jid` (full) in the room; `from` as for broadcast,
     * `to` is stamped. [host-context] */
    xsm_status (*send_to_occupant)(const xsm_host* host, xsm_view room_jid, xsm_view real_jid,
                                   xsm_view stanza_xml);

    /* Makes the host call on_room_snapshot for the room soon. [host-context] */
    xsm_status (*request_snapshot)(const xsm_host* host, xsm_view room_jid);
} xsm_host_muc;

/* Module's half. A host calls on_room_snapshot for every live room right after start. All
 * [host-context]; room->generation counts as said above. */
typedef struct xsm_module_muc {
    uint32_t struct_size;

    /* The whole truth about a room; replaces what the module knew. Not a change of its own: it
     * carries the generation of the newest event. */
    void (*on_room_snapshot)(xsm_module* module, const xsm_muc_room* room,
                             const xsm_muc_occupant* occupants, size_t occupant_count);

    /* A room was created, or its configuration changed; room->flags is the new state. */
    void (*on_room_configured)(xsm_module* module, const xsm_muc_room* room);

    /* The room is gone: destroyed by its owner, or temporary and empty. */
    void (*on_room_destroyed)(xsm_module* module, const xsm_muc_room* room);

    /* A client is in the room, and has been sent its self-presence, the history and the subject:
     * what the module sends now comes after them. */
    void (*on_occupant_joined)(xsm_module* module, const xsm_muc_room* room,
                               const xsm_muc_occupant* occupant);

    /* Nick, affiliation or role of a client in the room changed, one or more of them; old_nick is
     * its nick before. */
    void (*on_occupant_changed)(xsm_module* module, const xsm_muc_room* room, xsm_view old_nick,
                                const xsm_muc_occupant* occupant);

    /* A client is out. The occupant is as it was while in the room. */
    void (*on_occupant_left)(xsm_module* module, const xsm_muc_room* room,
                             const xsm_muc_occupant* occupant, xsm_muc_leave_reason reason);

    /* Judges a message with a child in one of the interest namespaces, of any type but error:
     * groupchat to the room, or private to an occupant (`to` tells). *verdict comes zeroed but for
     * struct_size: leaving it so passes the message. What the module queues during the call is sent
     * after the message, if it passes. */
    void (*on_message)(xsm_module* module, const xsm_muc_message* message,
                       xsm_muc_verdict* verdict);

    /* An IQ get or set to the room's bare JID whose payload is in an interest namespace. sender is
     * NULL where the one who asks is not an occupant. Returns 1 where the module has answered, or
     * will, with xsm.stanza; 0 leaves it to the host. */
    int32_t (*on_room_iq)(xsm_module* module, const xsm_muc_room* room,
                          const xsm_muc_occupant* sender, xsm_view stanza_xml);
} xsm_module_muc;

#ifdef __cplusplus
}
#endif

#endif
