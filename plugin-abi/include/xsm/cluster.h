/* "xsm.cluster/1": a server of several nodes, each with an instance of the module. A room lives on
 * one node, and only that node's instance hears of it; records tell the others what would be lost
 * with the node. A host that is one process has no such extension. */
#ifndef XSM_CLUSTER_H
#define XSM_CLUSTER_H

#include "xsm/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define XSM_EXT_CLUSTER "xsm.cluster/1"

/* Text of the module's own, known to the other nodes. */
typedef struct xsm_cluster_record {
    uint32_t struct_size;
    xsm_view key;   /* 1 to 255 bytes */
    xsm_view value; /* at most 65,536 bytes */
} xsm_cluster_record;

/* Host's half. */
typedef struct xsm_host_cluster {
    uint32_t struct_size;
    const char* node; /* this node's name, for logs and for people; lives as long as the host */

    /* Queues a record for the other nodes; replaces the one this node has under the key. Records
     * are in memory only. XSM_INVALID where key or value has another size than it may.
     * [host-context] */
    xsm_status (*publish)(const xsm_host* host, xsm_view key, xsm_view value);

    /* Queues the record's end; an unknown key is no error. stop does it for what is left.
     * [host-context] */
    void (*withdraw)(const xsm_host* host, xsm_view key);
} xsm_host_cluster;

/* Module's half. */
typedef struct xsm_module_cluster {
    uint32_t struct_size;

    /* A node is gone without having stopped its module, and so are the rooms it had. Every other
     * node's instance is told, with the records of the lost one; is_elected is 1 on exactly one of
     * those that can see each other. [host-context] */
    void (*on_node_lost)(xsm_module* module, xsm_view node, int32_t is_elected,
                         const xsm_cluster_record* records, size_t record_count);
} xsm_module_cluster;

#ifdef __cplusplus
}
#endif

#endif
