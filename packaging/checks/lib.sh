# Sourced by the checks. A check is quiet when all is well; else it says what is wrong, where, and how to
# mend it, and exits 1. Exit 2: the check itself could not run.

cannot_run() {
    echo "$(basename "$0"): $*" >&2
    exit 2
}

# The project's folder: the argument, or where this script is.
project_root() {
    local root=${1:-$(dirname "${BASH_SOURCE[0]}")/../..}
    git -C "$root" rev-parse --show-toplevel 2>/dev/null || cannot_run "$root is no git work tree."
}

# The tracked C and C++ files that exist, one on a line.
source_files() {
    git -C "$1" ls-files -- '*.c' '*.h' '*.cpp' '*.hpp' | while IFS= read -r file; do
        [[ -f $1/$file ]] && echo "$file"
    done
}
