#!/bin/bash
# A module exports xsm_get_entry and nothing else (plugin-abi/STYLE.md).
# Usage: check-exported-symbol.sh PATH/parley.so
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# == 1 ]] || cannot_run "usage: check-exported-symbol.sh PATH/parley.so"
[[ -f $1 ]] || cannot_run "$1 is not there. Build it first: ninja -C build/dev parley"
command -v nm >/dev/null || cannot_run "nm is missing: apt install binutils"

symbols=$(nm -D --defined-only --without-symbol-versions --format=posix "$1" | cut -d' ' -f1)
extra=$(grep -vx xsm_get_entry <<<"$symbols" | grep . | c++filt || true)
status=0
if ! grep -qx xsm_get_entry <<<"$symbols"; then
    echo "$1 does not export xsm_get_entry. Mend: extern \"C\", default visibility, and its name in the version script."
    status=1
fi
if [[ -n $extra ]]; then
    echo "$1 exports more than xsm_get_entry ($(wc -l <<<"$extra") symbols):"
    head -20 <<<"$extra" | sed 's/^/    /'
    echo "Mend: hidden visibility, and 'local: *' in the version script."
    status=1
fi
exit "$status"
