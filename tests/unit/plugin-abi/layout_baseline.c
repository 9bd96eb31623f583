/* Where every member of the ABI lies, on machines with 8-byte pointers. A line that fails to
 * compile is a broken promise to modules and hosts that exist already: put the member back. What
 * grows at the end is a further AT and another SIZE (plugin-abi/STYLE.md). */
#include "xsm/abi.h"
#include "xsm/adhoc.h"
#include "xsm/disco.h"
#include "xsm/muc.h"
#include "xsm/service.h"
#include "xsm/stanza.h"
#include "xsm/timer.h"

#define HOLDS(name, condition) typedef char name[(condition) || sizeof(void*) != 8 ? 1 : -1]
#define AT(type, member, offset) HOLDS(type##_##member##_moved, offsetof(type, member) == offset)
#define SIZE(type, bytes) HOLDS(type##_has_another_size, sizeof(type) == bytes)

AT(xsm_view, data, 0);
AT(xsm_view, size, 8);
SIZE(xsm_view, 16);

AT(xsm_buf, data, 0);
AT(xsm_buf, size, 8);
SIZE(xsm_buf, 16);

AT(xsm_option, key, 0);
AT(xsm_option, value, 16);
SIZE(xsm_option, 32);

AT(xsm_host, struct_size, 0);
AT(xsm_host, abi_version, 4);
AT(xsm_host, self, 8);
AT(xsm_host, name, 16);
AT(xsm_host, version, 24);
AT(xsm_host, get_extension, 32);
AT(xsm_host, log, 40);
AT(xsm_host, wake, 48);
SIZE(xsm_host, 56);

AT(xsm_module, struct_size, 0);
AT(xsm_module, self, 8);
AT(xsm_module, start, 16);
AT(xsm_module, stop, 24);
AT(xsm_module, destroy, 32);
AT(xsm_module, on_wake, 40);
AT(xsm_module, free_buf, 48);
AT(xsm_module, get_extension, 56);
SIZE(xsm_module, 64);

AT(xsm_entry, struct_size, 0);
AT(xsm_entry, abi_version, 4);
AT(xsm_entry, name, 8);
AT(xsm_entry, version, 16);
AT(xsm_entry, description, 24);
AT(xsm_entry, create, 32);
AT(xsm_entry, free_buf, 40);
SIZE(xsm_entry, 48);

AT(xsm_host_stanza, struct_size, 0);
AT(xsm_host_stanza, route, 8);
SIZE(xsm_host_stanza, 16);

AT(xsm_host_timer, struct_size, 0);
AT(xsm_host_timer, set, 8);
AT(xsm_host_timer, cancel, 16);
SIZE(xsm_host_timer, 24);

AT(xsm_module_timer, struct_size, 0);
AT(xsm_module_timer, on_timer, 8);
SIZE(xsm_module_timer, 16);

AT(xsm_host_service, struct_size, 0);
AT(xsm_host_service, add, 8);
AT(xsm_host_service, remove, 16);
SIZE(xsm_host_service, 24);

AT(xsm_module_service, struct_size, 0);
AT(xsm_module_service, on_stanza, 8);
SIZE(xsm_module_service, 16);

AT(xsm_muc_occupant, struct_size, 0);
AT(xsm_muc_occupant, nick, 8);
AT(xsm_muc_occupant, real_jid, 24);
AT(xsm_muc_occupant, affiliation, 40);
AT(xsm_muc_occupant, role, 44);
SIZE(xsm_muc_occupant, 48);

AT(xsm_muc_room, struct_size, 0);
AT(xsm_muc_room, flags, 4);
AT(xsm_muc_room, generation, 8);
AT(xsm_muc_room, jid, 16);
SIZE(xsm_muc_room, 32);

AT(xsm_muc_message, struct_size, 0);
AT(xsm_muc_message, room, 8);
AT(xsm_muc_message, sender, 16);
AT(xsm_muc_message, stanza_xml, 24);
SIZE(xsm_muc_message, 40);

AT(xsm_muc_verdict, struct_size, 0);
AT(xsm_muc_verdict, kind, 4);
AT(xsm_muc_verdict, xml, 8);
SIZE(xsm_muc_verdict, 24);

AT(xsm_host_muc, struct_size, 0);
AT(xsm_host_muc, set_interest, 8);
AT(xsm_host_muc, broadcast, 16);
AT(xsm_host_muc, send_to_occupant, 24);
AT(xsm_host_muc, request_snapshot, 32);
SIZE(xsm_host_muc, 40);

AT(xsm_module_muc, struct_size, 0);
AT(xsm_module_muc, on_room_snapshot, 8);
AT(xsm_module_muc, on_room_configured, 16);
AT(xsm_module_muc, on_room_destroyed, 24);
AT(xsm_module_muc, on_occupant_joined, 32);
AT(xsm_module_muc, on_occupant_changed, 40);
AT(xsm_module_muc, on_occupant_left, 48);
AT(xsm_module_muc, on_message, 56);
AT(xsm_module_muc, on_room_iq, 64);
SIZE(xsm_module_muc, 72);

AT(xsm_host_disco, struct_size, 0);
AT(xsm_host_disco, set_muc_features, 8);
SIZE(xsm_host_disco, 16);

AT(xsm_module_disco, struct_size, 0);
AT(xsm_module_disco, on_room_info, 8);
SIZE(xsm_module_disco, 16);

AT(xsm_host_adhoc, struct_size, 0);
AT(xsm_host_adhoc, add, 8);
AT(xsm_host_adhoc, remove, 16);
SIZE(xsm_host_adhoc, 24);

AT(xsm_module_adhoc, struct_size, 0);
AT(xsm_module_adhoc, on_command, 8);
SIZE(xsm_module_adhoc, 16);

/* Constants that cross: none is ever renumbered. */
HOLDS(statuses, XSM_OK == 0 && XSM_ERROR == 1 && XSM_UNSUPPORTED == 2 && XSM_INVALID == 3);
HOLDS(log_levels,
      XSM_LOG_DEBUG == 0 && XSM_LOG_INFO == 1 && XSM_LOG_WARNING == 2 && XSM_LOG_ERROR == 3);
HOLDS(affiliations, XSM_MUC_OUTCAST == 0 && XSM_MUC_NO_AFFILIATION == 1 && XSM_MUC_MEMBER == 2 &&
                        XSM_MUC_ADMIN == 3 && XSM_MUC_OWNER == 4);
HOLDS(roles, XSM_MUC_NO_ROLE == 0 && XSM_MUC_VISITOR == 1 && XSM_MUC_PARTICIPANT == 2 &&
                 XSM_MUC_MODERATOR == 3);
HOLDS(leave_reasons, XSM_MUC_LEFT == 0 && XSM_MUC_KICKED == 1 && XSM_MUC_BANNED == 2 &&
                         XSM_MUC_AFFILIATION_LOST == 3 && XSM_MUC_CONNECTION_LOST == 4 &&
                         XSM_MUC_SHUTDOWN == 5);
HOLDS(room_flags, XSM_MUC_ROOM_MEMBERS_ONLY == 1 && XSM_MUC_ROOM_NON_ANONYMOUS == 2 &&
                      XSM_MUC_ROOM_PERSISTENT == 4 && XSM_MUC_ROOM_MODERATED == 8 &&
                      XSM_MUC_ROOM_PUBLIC == 16);
HOLDS(verdicts, XSM_MUC_PASS == 0 && XSM_MUC_DROP == 1 && XSM_MUC_REPLACE == 2);
HOLDS(access_levels, XSM_ADHOC_ADMIN == 0);
