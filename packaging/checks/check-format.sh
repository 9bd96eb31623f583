#!/bin/bash
# Every tracked C and C++ file is as clang-format writes it. Usage: check-format.sh [PROJECT]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

root=$(project_root "${1:-}")
command -v clang-format >/dev/null || cannot_run "clang-format is missing: apt install clang-format-14"
cd "$root"

bad=$(source_files "$root" | tr '\n' '\0' |
    xargs -0 -r -n 20 -P "$(nproc)" clang-format --dry-run -Werror --ferror-limit=1 2>&1 |
    sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: error: .*/\1/p' | sort -u) || true
[[ -z $bad ]] && exit 0

echo "These files are not formatted:"
sed 's/^/    /' <<<"$bad"
echo "Mend: clang-format -i FILE..., with clang-format 14 (this is $(clang-format --version | grep -o '[0-9][0-9.]*' | head -1))."
exit 1
