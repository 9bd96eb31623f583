# shellcheck shell=bash disable=SC2034
# What run.sh and test.sh share. Sourced by bash; expects `set -euo pipefail`.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
LOGS="$ROOT/build/logs"
STAMPS="$ROOT/build/stamps"
PAGE="$ROOT/web/call-page"
mkdir -p "$LOGS" "$STAMPS"

# Compilers run through ccache where it is installed; a second clone then builds in seconds.
if command -v ccache >/dev/null; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi

PACKAGES_BUILD=(build-essential cmake ninja-build pkg-config
    libssl-dev libxml2-dev libboost-dev libgsasl-dev libidn-dev libsqlite3-dev libtoml11-dev
    libcli11-dev libspdlog-dev libexpected-dev libnice-dev libsrtp2-dev)
# There only for amd64, and optional (docs/decisions/0012).
if [[ "$(dpkg --print-architecture 2>/dev/null)" == amd64 ]]; then PACKAGES_BUILD+=(libipsec-mb-dev); fi
PACKAGES_RUN=(openssl ca-certificates)
PACKAGES_TEST=(libboost-test-dev libbenchmark-dev python3 python3-slixmpp clang libclang-rt-14-dev clang-format
    chromium firefox-esr coturn iproute2 binutils abigail-tools git python3-aiortc python3-gi gir1.2-gst-plugins-bad-1.0
    gstreamer1.0-nice gstreamer1.0-plugins-bad gstreamer1.0-plugins-good)
PACKAGES_HOSTS=(prosody liblua5.4-dev ejabberd erlang-dev)

STEP_PID=""
# Set to 1 to keep Debian from starting what is installed as a service.
SUPPRESS_SERVICES=0

if [[ -t 1 ]]; then INTERACTIVE=1; else INTERACTIVE=0; fi

say() { printf '%s\n' "$*"; }
fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# Ends the step that runs, if one does: background jobs of a script do not hear Ctrl-C.
stop_step() {
    if [[ -n "$STEP_PID" ]] && kill -0 "$STEP_PID" 2>/dev/null; then
        kill -TERM "$STEP_PID" 2>/dev/null || true
        wait "$STEP_PID" 2>/dev/null || true
    fi
    STEP_PID=""
}

# ninja's "[12/210]", where the log has one.
step_progress() { tail -c 400 "$1" 2>/dev/null | tr '\r' '\n' | grep -o '^\[[0-9]*/[0-9]*\]' | tail -1 || true; }

# step TITLE LOG COMMAND...: runs the command with its output in build/logs/LOG.log; one line on the
# terminal that tells the time. Returns the command's status; says nothing of a failure (see show_log).
step() {
    local title="$1" log="$LOGS/$2.log" started=$SECONDS shown=0 status=0 elapsed
    shift 2
    "$@" >"$log" 2>&1 </dev/null &
    STEP_PID=$!
    while kill -0 "$STEP_PID" 2>/dev/null; do
        elapsed=$((SECONDS - started))
        if ((INTERACTIVE)); then
            ((elapsed < 1)) || printf '\r\033[K%s … %d s %s' "$title" "$elapsed" "$(step_progress "$log")"
        elif ((elapsed >= shown + 60)); then
            shown=$elapsed
            say "$title … $elapsed s $(step_progress "$log")"
        fi
        sleep 0.1
    done
    wait "$STEP_PID" || status=$?
    STEP_PID=""
    elapsed=$((SECONDS - started))
    ((INTERACTIVE)) && printf '\r\033[K'
    if ((status == 0)); then
        ((elapsed < 2)) || say "$title: done in $elapsed s"
    else
        say "$title: FAILED after $elapsed s"
    fi
    return "$status"
}

# The end of a step's log, for a person who wants to know why it failed.
show_log() {
    say "----- the last lines of $LOGS/$1.log"
    tail -n 40 "$LOGS/$1.log"
    say "-----"
}

# must TITLE LOG COMMAND...: a step that ends the script where it fails.
must() {
    local log="$2"
    step "$@" && return
    show_log "$log"
    fail "It stops here. The whole log: $LOGS/$log.log"
}

# Prints those of the packages that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        if [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]]; then
            printf '%s ' "$package"
        fi
    done
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    local options=(-o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
    local policy=/usr/sbin/policy-rc.d status=0 placed=0
    "${AS_ROOT[@]}" apt-get "${options[@]}" update
    if ((SUPPRESS_SERVICES)) && [[ ! -e "$policy" ]]; then
        printf '#!/bin/sh\nexit 101\n' | "${AS_ROOT[@]}" tee "$policy" >/dev/null
        "${AS_ROOT[@]}" chmod 755 "$policy"
        placed=1
    fi
    "${AS_ROOT[@]}" apt-get "${options[@]}" install -y --no-install-recommends "$@" || status=$?
    if ((placed)); then "${AS_ROOT[@]}" rm -f "$policy"; fi
    return "$status"
}

# Installs what is missing of the named Debian packages; does nothing, not even ask apt, if none is.
install_packages() {
    command -v dpkg-query >/dev/null || fail "This script installs Debian packages; this is no Debian system.
See docs/operating.md for what to install by hand."
    local wanted=("$@") missing
    if ! node_is_usable; then wanted+=(nodejs npm); fi
    read -ra missing <<<"$(missing_packages "${wanted[@]}")"
    ((${#missing[@]})) || return 0
    AS_ROOT=()
    if [[ "$(id -u)" != 0 ]]; then
        command -v sudo >/dev/null || fail "These Debian packages are missing: ${missing[*]}
Installing them needs root, and there is no sudo here. As root, run:
    apt-get install --no-install-recommends ${missing[*]}
and then start this script again."
        if ! sudo -n true 2>/dev/null && ! ((INTERACTIVE)); then
            fail "These Debian packages are missing: ${missing[*]}
Installing them needs root; sudo wants a password, and there is no terminal to ask for it."
        fi
        say "sudo is needed to install: ${missing[*]}"
        sudo -v
        AS_ROOT=(sudo)
        if sudo -n true 2>/dev/null; then AS_ROOT=(sudo -n); fi
        AS_ROOT+=(env DEBIAN_FRONTEND=noninteractive)
    fi
    must "Installing ${#missing[@]} Debian packages" packages apt_install "${missing[@]}"
}

# Node 18 or newer with npm, from wherever it comes.
node_is_usable() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null
}

# A checksum over the files of a folder, without what tools put there.
folder_checksum() {
    find "$@" -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/build/*' -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

# npm_install FOLDER NAME: `npm ci`, where package-lock.json changed since the last time.
npm_install() {
    local folder="$1" name="$2" stamp="$STAMPS/npm-$2" sum
    sum="$(sha256sum <"$folder/package-lock.json") $(node --version)"
    [[ -d "$folder/node_modules" && "$(cat "$stamp" 2>/dev/null)" == "$sum" ]] && return
    must "Fetching the npm packages of $name" "npm-$name" npm --prefix "$folder" ci --no-audit --no-fund
    printf '%s\n' "$sum" >"$stamp"
}

# Builds the call page, where its sources changed since the last time.
build_page() {
    local stamp="$STAMPS/page" sum
    npm_install "$PAGE" call-page
    sum="$(folder_checksum "$PAGE")"
    [[ -f "$PAGE/dist/index.html" && "$(cat "$stamp" 2>/dev/null)" == "$sum" ]] && return
    must "Building the call page" page npm --prefix "$PAGE" run build
    printf '%s\n' "$sum" >"$stamp"
}

# build_preset PRESET [TARGET...]: configures once, then builds what changed. Returns ninja's status.
build_preset() {
    local preset="$1"
    shift
    if [[ ! -f "$ROOT/build/$preset/build.ninja" ]]; then
        (cd "$ROOT" && step "Configuring ($preset)" "configure-$preset" cmake --preset "$preset") || {
            show_log "configure-$preset"
            return 1
        }
    fi
    step "Building ($preset)" "build-$preset" ninja -C "$ROOT/build/$preset" "$@" || {
        show_log "build-$preset"
        return 1
    }
}
