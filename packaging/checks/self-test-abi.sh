#!/bin/bash
# Shows that every kind of change that breaks the module ABI fails check-abi.sh, and that it may grow: on
# copies of the real headers. Usage: self-test-abi.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/self-test-lib.sh"

abi() { expect "$1" "$2" "$checks/check-abi.sh" "${@:3}" "$scratch/tree"; }
# The ABI as it is, with a baseline that has recorded it.
abi_as_it_is() {
    subject="the ABI"
    rm -rf "$scratch/tree"
    cp -r "$scratch/abi" "$scratch/tree"
}
change() { # header, expression of sed -E
    local file=$scratch/tree/plugin-abi/include/xsm/$1
    subject+=", $1 after $2"
    cp "$file" "$scratch/before"
    sed -i -E "$2" "$file"
    cmp -s "$scratch/before" "$file" || return 0
    failed=$((failed + 1))
    echo "FAILED: sed changes nothing: $subject"
}
in_surface() { change ../../baseline/surface.c "$1"; }
breaks() { # words, header, expression: what may be recorded is no break
    abi_as_it_is
    change "$2" "$3"
    abi 1 "$1" --record
}
recordable() { # words
    abi 1 "$1"
    abi 0 '' --record
    abi 0 ''
}
grows() { # words, header, expression
    abi_as_it_is
    change "$2" "$3"
    recordable "$1"
}

mkdir "$scratch/abi"
git -C "$scratch/abi" init -q
cp -r "$project/plugin-abi" "$scratch/abi/"
rm "$scratch/abi/plugin-abi/baseline/xsm.abi"
expect 0 '' "$checks/check-abi.sh" --record "$scratch/abi"

abi_as_it_is
abi 0 ''
change muc.h 's/xsm_view room_jid/xsm_view jid/; s/XEP-0045/the MUC specification/'
abi 0 ''

# Members.
breaks "name of 'xsm_host::log' changed to 'xsm_host::write'" abi.h 's/\(\*log\)/(*write)/'
breaks "name of 'xsm_host::wake' changed to 'xsm_host::rouse'" abi.h 's/\(\*wake\)/(*rouse)/'
breaks "'xsm_muc_role role' offset changed from 44 to 40" muc.h \
    's/^    xsm_muc_affiliation affiliation;/    xsm_muc_role ROLE;/
     s/^    xsm_muc_role role;/    xsm_muc_affiliation affiliation;/; s/ ROLE;/ role;/'
breaks "typedef name changed from uint64_t to int64_t" muc.h 's/uint64_t generation;/int64_t generation;/'
breaks "type size changed from 8 to 4" muc.h 's/uint64_t generation;/uint32_t generation;/'
breaks "pointer type changed from: 'void*' to: 'char*'" abi.h 's/void\* self;/char* self;/'
breaks "typedef name changed from int32_t to uint32_t" muc.h 's/^typedef int32_t xsm_muc_role;/typedef uint32_t xsm_muc_role;/'
breaks "'const char* description', at offset 24" abi.h '/const char\* description;/d'
breaks "'void (const xsm_host*)* wake', at offset 48" abi.h '/\(\*wake\)/d'
breaks "'uint64_t more', at offset 8" muc.h 's/^    uint64_t generation;/    uint64_t more;\n&/'
breaks "'uint32_t more', at offset 4" abi.h '/^typedef struct xsm_module /,/self;/s/void\* self;/uint32_t more;\n&/'
breaks "type size changed from 16 to 24" abi.h 's/^\} xsm_buf;/    size_t capacity;\n&/'
breaks "type size changed from 48 to 56" muc.h 's/^\} xsm_muc_occupant;/    uint64_t more;\n&/'
breaks "'xsm_host::rouse'" abi.h 's/\(\*wake\)/(*rouse)/; s/^\} xsm_host;/    void (*more)(void);\n&/'

# Functions.
breaks "(const xsm_host*, typedef uint32_t)" timer.h '/\*cancel/s/uint64_t id/uint32_t id/'
breaks "(const xsm_host*, typedef uint64_t, typedef int32_t)" timer.h '/\*cancel/s/uint64_t id/uint64_t id, int32_t more/'
breaks "to: 'void (const xsm_host*" timer.h 's/xsm_status \(\*set\)/void (*set)/'
breaks "changed from 'const xsm_option' to 'typedef xsm_option'" abi.h 's/const xsm_option\* options/xsm_option* options/'
breaks "to: 'const xsm_entry* (typedef uint64_t)*'" abi.h 's/\(uint32_t host_abi_max\);/(uint64_t host_abi_max);/'

# Constants.
breaks '    XSM_MUC_DROP = 1' muc.h 's/XSM_MUC_DROP = 1/XSM_MUC_DROP = 7/'
breaks '    XSM_MUC_MODERATOR = 3' muc.h 's/, XSM_MUC_MODERATOR = 3//'
breaks '    XSM_MUC_MODERATOR = 3' muc.h 's/XSM_MUC_MODERATOR = 3/XSM_MUC_CHAIR = 3/'
breaks 'XSM_MUC_CHAIR has the number of XSM_MUC_MODERATOR' muc.h 's/XSM_MUC_MODERATOR = 3/&, XSM_MUC_CHAIR = 3/'
breaks '    #define XSM_EXT_MUC "xsm.muc/1"' muc.h 's,"xsm.muc/1","xsm.muc/2",'

# A whole extension.
abi_as_it_is
rm "$scratch/tree/plugin-abi/include/xsm/stanza.h"
abi 1 'surface.c does not compile'
in_surface '/stanza/d'
abi 1 'The ABI is not what modules and hosts were built for'
abi 1 'grows_xsm_host_stanza' --record
abi 1 'grows_xsm_host_stanza' # it has recorded nothing

# Growth.
grows "'void ()* more'" abi.h 's/^\} xsm_host;/    void (*more)(void);\n&/'
grows "'uint32_t more'" muc.h 's/^\} xsm_muc_room;/    uint64_t aligned;\n    uint32_t more;\n&/'
change muc.h 's/^\} xsm_muc_room;/    uint32_t in_padding;\n&/' # whether it is there, struct_size would not tell
abi 1 "'uint32_t in_padding'" --record
grows '    XSM_MUC_CHAIR = 99' muc.h 's/XSM_MUC_MODERATOR = 3/&, XSM_MUC_CHAIR = 99/'
grows '    XSM_DEFERRED = 99' abi.h 's/^    XSM_OK = 0,/    XSM_DEFERRED = 99,\n&/'
grows '    #define XSM_OPTIONS_MAX 100u' abi.h 's/^#define XSM_ABI_VERSION/#define XSM_OPTIONS_MAX 100u\n&/'

abi_as_it_is
cat >"$scratch/tree/plugin-abi/include/xsm/extra.h" <<'HEADER'
#ifndef XSM_EXTRA_H
#define XSM_EXTRA_H
#include "xsm/abi.h"
enum { XSM_EXTRA_LOCAL = 0 };
typedef struct xsm_host_extra {
    uint32_t struct_size;
} xsm_host_extra;
typedef int32_t (*xsm_extra_fn)(void);
#endif
HEADER
abi 1 '    xsm_host_extra is not in surface.c'
abi 1 '    xsm_extra_fn is not in surface.c'
in_surface 's,^#include "xsm/timer.h",#include "xsm/extra.h"\n&,; $a GROWS(xsm_host_extra); xsm_extra_fn extra;'
recordable 'grows_xsm_host_extra'
change extra.h 's/uint32_t struct_size;/xsm_view where; &/'
abi 1 'size_is_first_in_xsm_host_extra'

result
