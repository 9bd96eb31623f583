#!/bin/bash
# Builds Parley and runs the demo. `packaging/run.sh --help` says more.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<'TEXT'
Usage: packaging/run.sh [OPTIONS]

Builds Parley, sets up a demo (domain localhost, five accounts, one private room) and runs its server
in the foreground until Ctrl-C. Installs the Debian packages it needs, if they are missing (as root, or
with sudo). A second start builds and installs nothing that is already there.

Options
  --listen ADDRESS   also listen on this IP address, for other devices in your network. Browsers give
                     microphone and camera only to https pages there: open https://ADDRESS:5281/ and
                     trust build/demo/ca.crt on the device first
  --c2s-port N       port for XMPP clients (5222; or set PARLEY_C2S_PORT)
  --http-port N      port of the call page and WebSocket (5280; or set PARLEY_HTTP_PORT)
  --https-port N     the same with TLS (5281; or set PARLEY_HTTPS_PORT)
  --reset            throw the demo's accounts, rooms and certificates away first
  --build-only       stop after building
  --help             this text

Everything it makes is under build/: the program in build/release/, data, configuration, certificates
and the server's log in build/demo/, logs of the build in build/logs/.
TEXT
}

LISTEN="" RESET=0 BUILD_ONLY=0
C2S_PORT="${PARLEY_C2S_PORT:-5222}"
HTTP_PORT="${PARLEY_HTTP_PORT:-5280}"
HTTPS_PORT="${PARLEY_HTTPS_PORT:-5281}"
while (($#)); do
    case "$1" in
        --listen | --c2s-port | --http-port | --https-port)
            [[ $# -ge 2 ]] || fail "$1 needs a value. See packaging/run.sh --help"
            case "$1" in
                --listen) LISTEN="$2" ;;
                --c2s-port) C2S_PORT="$2" ;;
                --http-port) HTTP_PORT="$2" ;;
                --https-port) HTTPS_PORT="$2" ;;
            esac
            shift
            ;;
        --reset) RESET=1 ;;
        --build-only) BUILD_ONLY=1 ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) fail "Unknown option: $1. See packaging/run.sh --help" ;;
    esac
    shift
done
for port in "$C2S_PORT" "$HTTP_PORT" "$HTTPS_PORT"; do
    if ! [[ "$port" =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65535)); then fail "$port is no port (1 to 65535)."; fi
done
[[ -z "$LISTEN" || "$LISTEN" =~ ^[0-9a-fA-F.:]+$ ]] || fail "--listen wants an IP address, not $LISTEN."

DEMO="$ROOT/build/demo"
RELEASE="$ROOT/build/release/hosts/server"
SERVER_PID="" ENDING=0
USERS=(alice bob carol dave)

on_signal() {
    ENDING=1
    stop_step
    if [[ -n "$SERVER_PID" ]]; then
        kill -TERM "$SERVER_PID" 2>/dev/null || true
    else
        say ""
        say "Stopped."
        exit 130
    fi
}
trap on_signal INT TERM HUP

port_is_taken() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

check_ports() {
    local pid name port option
    pid="$(cat "$DEMO/parleyd.pid" 2>/dev/null || true)"
    if [[ -n "$pid" && "$(readlink "/proc/$pid/exe" 2>/dev/null)" == "$RELEASE/parleyd"* ]]; then
        fail "The demo runs already (process $pid). End it with Ctrl-C in its terminal, or: kill $pid"
    fi
    for name in C2S HTTP HTTPS; do
        local -n port="${name}_PORT"
        option="--${name,,}-port"
        if port_is_taken 127.0.0.1 "$port"; then
            fail "Port $port is taken by another program on this machine.
Choose another with $option N (or PARLEY_${name}_PORT=N), for example: packaging/run.sh $option $((port + 1000))"
        fi
    done
}

# A CA of its own for this machine, and a certificate for the demo's names.
make_certificates() {
    local names="DNS:localhost,DNS:conference.localhost,DNS:sfu.localhost,IP:127.0.0.1,IP:::1"
    [[ -z "$LISTEN" ]] || names+=",IP:$LISTEN"
    [[ -f "$DEMO/server.crt" && "$(cat "$DEMO/certificate.names" 2>/dev/null)" == "$names" ]] &&
        openssl x509 -in "$DEMO/server.crt" -noout -checkend 86400 >/dev/null && return
    (
        cd "$DEMO"
        umask 077
        if [[ ! -f ca.crt ]] || ! openssl x509 -in ca.crt -noout -checkend 864000 >/dev/null; then
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825 \
                -subj "/O=Parley demo/CN=Parley demo CA" -keyout ca.key -out ca.crt \
                -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
        fi
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
            -keyout server.key -out server.csr
        printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' "$names" >server.ext
        openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 397 \
            -extfile server.ext -out server.crt
        rm -f server.csr server.ext
        chmod 644 ca.crt server.crt
    ) >"$LOGS/certificates.log" 2>&1 || {
        show_log certificates
        fail "openssl could not make the demo's certificate."
    }
    printf '%s\n' "$names" >"$DEMO/certificate.names"
}

# listen_list PORT ADDRESS: the addresses to listen on, loopback first, as TOML. ADDRESS may be empty.
listen_list() {
    local port="$1" list
    list="\"127.0.0.1:$port\""
    if [[ -r /proc/net/if_inet6 ]] && grep -q ' lo$' /proc/net/if_inet6; then list+=", \"[::1]:$port\""; fi
    case "$2" in
        "" | 127.* | ::1) ;;
        *:*) list+=", \"[$2]:$port\"" ;;
        *) list+=", \"$2:$port\"" ;;
    esac
    printf '[%s]' "$list"
}

media_addresses() {
    case "$LISTEN" in
        "" | 127.0.0.1) printf '["127.0.0.1"]' ;;
        *) printf '["127.0.0.1", "%s"]' "$LISTEN" ;;
    esac
}

write_configuration() {
    cat >"$DEMO/parleyd.toml" <<TOML
# Made by packaging/run.sh at every start: changes are lost. docs/operating.md explains every key.
domain = "localhost"
data_dir = "$DEMO/data"
admins = ["admin@localhost"]
http_root = "$PAGE/dist"

[c2s]
listen = $(listen_list "$C2S_PORT" "$LISTEN")

[http]
listen = $(listen_list "$HTTP_PORT" "")

[https]
listen = $(listen_list "$HTTPS_PORT" "$LISTEN")

[tls]
certificate = "$DEMO/server.crt"
key = "$DEMO/server.key"

[muc]
domain = "conference.localhost"
name = "Rooms"

[modules.parley]
path = "$ROOT/build/release/module/parley.so"

[modules.parley.options]
sfu_jid = "sfu.localhost"
sfu_addresses = $(media_addresses)
TOML
}

control() {
    "$RELEASE/parleyctl" --config "$DEMO/parleyd.toml" "$@" >>"$LOGS/demo-data.log" 2>&1 || {
        show_log demo-data
        fail "parleyctl could not set up the demo's data: parleyctl $*
Start afresh with: packaging/run.sh --reset"
    }
}

# Accounts, rosters and the room; once.
make_data() {
    local first second people=(admin "${USERS[@]}") members=()
    [[ -f "$DEMO/data.complete" ]] && return
    rm -rf "$DEMO/data"
    mkdir -p "$DEMO/data"
    : >"$LOGS/demo-data.log"
    for ((first = 0; first < ${#people[@]}; ++first)); do
        control account create "${people[first]}@localhost" --password "pw-${people[first]}"
        ((first == 0)) || members+=(--member "${people[first]}@localhost")
    done
    for ((first = 0; first < ${#people[@]}; ++first)); do
        for ((second = first + 1; second < ${#people[@]}; ++second)); do
            control roster add "${people[first]}@localhost" "${people[second]}@localhost"
        done
    done
    control room create team@conference.localhost --title "The team" --owner admin@localhost "${members[@]}"
    : >"$DEMO/data.complete"
}

start_server() {
    # In a session of its own: Ctrl-C comes to this script alone, which then ends the server once.
    setsid "$RELEASE/parleyd" --config "$DEMO/parleyd.toml" >"$DEMO/parleyd.log" 2>&1 </dev/null &
    SERVER_PID=$!
    printf '%s\n' "$SERVER_PID" >"$DEMO/parleyd.pid"
    local tries=0
    until port_is_taken 127.0.0.1 "$HTTP_PORT" && port_is_taken 127.0.0.1 "$C2S_PORT"; do
        if ! kill -0 "$SERVER_PID" 2>/dev/null || ((++tries > 300)); then
            kill -TERM "$SERVER_PID" 2>/dev/null || true
            ((ENDING)) && return
            say "----- the last lines of $DEMO/parleyd.log"
            tail -n 40 "$DEMO/parleyd.log"
            rm -f "$DEMO/parleyd.pid"
            fail "The server did not start. Its whole log: $DEMO/parleyd.log"
        fi
        sleep 0.05
    done
}

greet() {
    local user
    say ""
    say "Parley runs. Open  http://localhost:$HTTP_PORT/"
    [[ -z "$LISTEN" ]] || say "             or    https://$LISTEN:$HTTPS_PORT/  from another device (trust $DEMO/ca.crt there first)"
    say ""
    say "  Accounts (domain localhost):"
    for user in "${USERS[@]}" admin; do printf '    %-6s  password %s\n' "$user" "pw-$user"; done
    say ""
    say "  Room: team@conference.localhost (members only). Open the page in two windows, log in as two"
    say "  people, e.g. alice in one and bob in another (a private window, or another browser), enter the"
    say "  room in both, and start a call in one."
    say ""
    say "  XMPP clients: localhost:$C2S_PORT with STARTTLS; development CA: $DEMO/ca.crt"
    say "  Data: $DEMO/data   Log: $DEMO/parleyd.log"
    say ""
    say "Ctrl-C ends it."
}

wait_for_end() {
    local status=0
    while kill -0 "$SERVER_PID" 2>/dev/null; do
        status=0
        wait "$SERVER_PID" || status=$?
    done
    rm -f "$DEMO/parleyd.pid"
    if ((ENDING)) && ((status == 0)); then
        say ""
        say "Parley has ended cleanly. Its data stays in $DEMO; packaging/run.sh starts it again."
        return
    fi
    say "----- the last lines of $DEMO/parleyd.log"
    tail -n 40 "$DEMO/parleyd.log"
    fail "The server ended by itself, with status $status. Its whole log: $DEMO/parleyd.log"
}

mkdir -p "$DEMO"
((BUILD_ONLY)) || check_ports
((RESET)) && rm -rf "$DEMO" && mkdir -p "$DEMO"
install_packages "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}"
build_page
build_preset release parleyd parleyctl parley || fail "The build failed."
if ((BUILD_ONLY)); then
    say "Built: $RELEASE/parleyd and $ROOT/build/release/module/parley.so"
    exit 0
fi
make_certificates
write_configuration
make_data
start_server
if ((!ENDING)); then greet; fi
wait_for_end
