#!/bin/bash
# Installs Parley's module for Debian's ejabberd. `packaging/ejabberd/install.sh --help` says more.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: packaging/ejabberd/install.sh [OPTIONS]

Copies what a build made to where ejabberd 23.01 finds it:
    /usr/lib/parley/parley.so                  the module, the same for every server
    /usr/lib/erlang/lib/parley-VERSION/        mod_parley, the host of the module
and, where there is none yet, the sample configuration to /etc/ejabberd/modules.d/mod_parley.yml.off.
Nothing is enabled and ejabberd is not touched: the last lines say what is left to do.

Options
  --build DIR     the build (default: build/release)
  --library DIR   Erlang's library (default: /usr/lib/erlang/lib)
  --destdir DIR   put before every path, for packages
  --remove        remove what was installed; the configuration stays
  --help          this text
TEXT
}

fail() {
    echo "$*" >&2
    exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/build/release
library=/usr/lib/erlang/lib
destdir=
remove=0
while (($#)); do
    case "$1" in
        --build | --library | --destdir)
            (($# > 1)) || fail "$1 needs a folder"
            case "$1" in
                --build) build=$2 ;;
                --library) library=$2 ;;
                --destdir) destdir=$2 ;;
            esac
            shift
            ;;
        --remove) remove=1 ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) fail "Unknown: $1. See packaging/ejabberd/install.sh --help" ;;
    esac
    shift
done

# Of every version: two of them would hide each other.
remove_application() {
    local folder
    for folder in "$destdir$library"/parley-[0-9]*/; do
        if [[ -f ${folder}ebin/mod_parley.beam ]]; then rm -rf "$folder"; fi
    done
}

if ((remove)); then
    remove_application
    rm -f "$destdir/usr/lib/parley/parley.so"
    rmdir "$destdir/usr/lib/parley" 2>/dev/null || true
    echo "Removed. Remove /etc/ejabberd/modules.d/mod_parley.yml as well, and restart ejabberd."
    exit 0
fi

made=$(compgen -G "$build/hosts/ejabberd/parley-*/" | tail -1 || true)
for file in "$build/module/parley.so" "${made:-$build/hosts/ejabberd/parley-VERSION/}priv/parley_host.so" \
    "${made}ebin/mod_parley.beam"; do
    [[ -f $file ]] ||
        fail "$file is not there. Install erlang-dev and ejabberd, then build: cmake --workflow --preset release"
done

# install(1) makes new files: what a running ejabberd has mapped is left alone.
remove_application
application=$destdir$library/$(basename "$made")
install -D -m 755 "$build/module/parley.so" "$destdir/usr/lib/parley/parley.so"
install -D -m 755 "${made}priv/parley_host.so" "$application/priv/parley_host.so"
install -D -m 644 -t "$application/ebin" "$made"ebin/*
sample=$destdir/etc/ejabberd/modules.d/mod_parley.yml
if [[ ! -e $sample && ! -e $sample.off ]]; then
    install -D -m 644 "$root/packaging/ejabberd/mod_parley.yml" "$sample.off"
fi

cat <<TEXT
Installed. What is left to do:
  1. Enable it: mv /etc/ejabberd/modules.d/mod_parley.yml.off /etc/ejabberd/modules.d/mod_parley.yml
  2. systemctl restart ejabberd (the first time; ejabberdctl reload_config where it ran with mod_parley before)
  3. ejabberd's log says "group calls are on".
docs/ejabberd.md says what else an administrator should know.
TEXT
