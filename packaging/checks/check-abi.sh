#!/bin/bash
# The headers of the module ABI keep every promise that plugin-abi/baseline has recorded, and it has recorded
# all of theirs (plugin-abi/STYLE.md). Usage: check-abi.sh [--record] [PROJECT]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

record=no
if [[ ${1:-} == --record ]]; then
    record=yes
    shift
fi
root=$(project_root "${1:-}")
growth=$(realpath "$(dirname "${BASH_SOURCE[0]}")")/abi_growth.py
command -v abidiff >/dev/null || cannot_run "abidiff is missing: apt install abigail-tools"
now=$(mktemp -d)
trap 'rm -rf "$now"' EXIT
cd "$root/plugin-abi"

indented() { sed 's/^/    /'; }
# All headers, whether surface.c includes them or not.
all_headers() { (cd include && printf '#include "%s"\n' xsm/*.h); }
compiler=("${CC:-cc}" -std=c99 -I include -x c)

compile() { # writes $now/surface.so
    cat <(all_headers) baseline/surface.c | "${compiler[@]}" -g -fno-eliminate-unused-debug-types \
        -shared -fPIC -nostdlib -o "$now/surface.so" - 2>"$now/errors" && return
    echo "plugin-abi/baseline/surface.c does not compile with the headers of the ABI:"
    indented <"$now/errors"
    echo "Mend: put back a struct that is gone, and struct_size at the beginning of one that grows."
    exit 1
}

# Writes $now/xsm.abi: structs and functions as abidw sees them, with nothing of the machine. And $now/constants:
# macros, which abidw does not see, and enumerators, of which abidiff overlooks those with a number twice.
describe() {
    local faults
    abidw --load-all-types --type-id-style hash --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed \
        --no-parameter-names --no-architecture "$now/surface.so" >"$now/all.abi" || cannot_run "abidw failed."
    all_headers | "${compiler[@]}" -E -dM - | grep -E '^#define XSM_[A-Z0-9_]+ [^ ]' >"$now/macros"
    faults=$("$growth" "$now" baseline/xsm.abi)
    LC_ALL=C sort "$now/macros" "$now/enumerators" >"$now/constants"
    [[ -n $faults ]] || return 0
    echo "The ABI cannot be compared with its baseline:"
    indented <<<"$faults"
    echo "Mend: a number of its own; for a type a line in plugin-abi/baseline/surface.c, GROWS or FIXED."
    exit 1
}

# What abidiff says of two files; nothing where they are equal. Its report of leaf changes is short, but passes
# over some: it is shown where it has something, and not relied on.
difference() { # file, file
    local options=(--no-default-suppression --harmless --show-bytes --show-dec "$@") status=0
    abidiff "${options[@]}" >"$now/long" || status=$?
    ((status)) || return 0
    ((status & 3)) && cannot_run "abidiff failed with status $status."
    abidiff --leaf-changes-only "${options[@]}" >"$now/short" && cp "$now/long" "$now/short"
    sed '/summary:/d; /^$/d' "$now/short" | indented
}

compile
describe
if [[ -f baseline/xsm.abi ]]; then
    changes=$(difference baseline/xsm.abi "$now/xsm.abi" && LC_ALL=C comm -13 baseline/constants "$now/constants" | indented)
    broken=$(difference baseline/xsm.abi "$now/known.abi" && LC_ALL=C comm -23 baseline/constants "$now/constants" | indented)
    if [[ -n $broken ]]; then
        echo "The ABI is not what modules and hosts were built for:"
        echo "$broken"
        echo "Mend: put it back; what is new goes to the end of a struct or into a new extension (plugin-abi/STYLE.md)."
        exit 1
    fi
    [[ -n $changes ]] || exit 0
else
    changes="    all of it: plugin-abi/baseline/xsm.abi is not there"
fi

if [[ $record == no ]]; then
    echo "The ABI has grown, as it may, beyond its baseline:"
    echo "$changes"
    echo "Mend: packaging/checks/check-abi.sh --record, and commit plugin-abi/baseline with the headers."
    exit 1
fi
cp "$now/xsm.abi" "$now/constants" baseline/
