#!/bin/bash
# Installs Parley's module for Debian's Prosody. `packaging/prosody/install.sh --help` says more.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: packaging/prosody/install.sh [OPTIONS]

Copies what a build made to where Prosody 0.12 finds it:
    /usr/lib/parley/parley.so                       the module, the same for every server
    /usr/local/lib/prosody/modules/mod_parley/      the host of the module
    /usr/local/lib/prosody/modules/mod_parley_sfu/  the component of its media server
and, where there is none yet, the sample configuration to /etc/prosody/conf.avail/parley.cfg.lua.
Nothing is enabled and Prosody is not touched: the last lines say what is left to do.

Options
  --build DIR     the build (default: build/release)
  --modules DIR   a folder of Prosody's plugin_paths (default: /usr/local/lib/prosody/modules)
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
modules=/usr/local/lib/prosody/modules
destdir=
remove=0
while (($#)); do
    case "$1" in
        --build | --modules | --destdir)
            (($# > 1)) || fail "$1 needs a folder"
            case "$1" in
                --build) build=$2 ;;
                --modules) modules=$2 ;;
                --destdir) destdir=$2 ;;
            esac
            shift
            ;;
        --remove) remove=1 ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) fail "Unknown: $1. See packaging/prosody/install.sh --help" ;;
    esac
    shift
done

if ((remove)); then
    rm -rf "$destdir$modules/mod_parley" "$destdir$modules/mod_parley_sfu"
    rm -f "$destdir/usr/lib/parley/parley.so"
    rmdir "$destdir/usr/lib/parley" 2>/dev/null || true
    echo "Removed. Take \"parley\" out of modules_enabled (or remove conf.d/parley.cfg.lua), and restart Prosody."
    exit 0
fi

made=$build/hosts/prosody
for file in "$build/module/parley.so" "$made/mod_parley/parley_host.so" "$made/mod_parley/mod_parley.lua"; do
    [[ -f $file ]] || fail "$file is not there. Install liblua5.4-dev, then build: cmake --workflow --preset release"
done

# install(1) makes new files: a module that a running Prosody has mapped is left alone.
install -D -m 755 "$build/module/parley.so" "$destdir/usr/lib/parley/parley.so"
install -D -m 755 "$made/mod_parley/parley_host.so" "$destdir$modules/mod_parley/parley_host.so"
install -D -m 644 -t "$destdir$modules/mod_parley" "$made"/mod_parley/*.lua
install -D -m 644 -t "$destdir$modules/mod_parley_sfu" "$made"/mod_parley_sfu/*.lua
sample=$destdir/etc/prosody/conf.avail/parley.cfg.lua
if [[ ! -e $sample ]]; then
    install -D -m 644 "$root/packaging/prosody/parley.cfg.lua" "$sample"
fi

cat <<TEXT
Installed. What is left to do:
  1. In /etc/prosody/prosody.cfg.lua: plugin_paths = { "$modules" } (Debian has that).
  2. Put your host's name in place of localhost in /etc/prosody/conf.avail/parley.cfg.lua, and enable it:
         ln -s ../conf.avail/parley.cfg.lua /etc/prosody/conf.d/
  3. prosodyctl check config && systemctl restart prosody
docs/prosody.md says what else an administrator should know.
TEXT
