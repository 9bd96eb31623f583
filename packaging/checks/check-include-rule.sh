#!/bin/bash
# Which part may include which, and which library is included where (ARCHITECTURE.md).
# Usage: check-include-rule.sh [PROJECT]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

root=$(project_root "${1:-}")
cd "$root"

# folder of the file | what it may include of the project, as a regular expression. The first that fits.
parts='
xmpp/                   xmpp/
sfu/                    sfu/
plugin-abi/include/     xsm/
plugin-abi/             (plugin-abi|xsm)/
module/composition/     (xmpp|xsm|plugin-abi|module|sfu)/
module/                 (xmpp|xsm|plugin-abi|module)/
hosts/server/           (xmpp|xsm|plugin-abi|hosts/binding|hosts/server)/
hosts/binding/          (xmpp|xsm|plugin-abi|hosts/binding)/
hosts/prosody/          (xmpp|xsm|plugin-abi|hosts/binding|hosts/prosody)/
hosts/ejabberd/         (xmpp|xsm|plugin-abi|hosts/binding|hosts/ejabberd)/
'

# library header | the files that may include it. One file wraps a C library; where OpenSSL is used for
# unrelated things (TLS, DTLS, hashes, random numbers), one for each.
libraries='
libxml/                        xmpp/xml_parser\.cpp
(idna|stringprep|idn-free)\.h  xmpp/jid\.cpp
nice/                          sfu/ice_agent\.cpp
(glib|gio/|glib-object|gmodule) sfu/(media_loop|ice_agent)\.cpp
srtp2/                         sfu/srtp_session\.cpp
intel-ipsec-mb\.h              sfu/aes_gcm_ipsec_mb\.cpp
openssl/                       (sfu/(dtls_transport|aes_gcm_openssl|ice_servers)|hosts/server/(net/(tls_context|random_id)|sasl/credentials|routing/digests|storage/account_store))\.cpp
sqlite3\.h                     hosts/server/storage/database\.cpp
gsasl\.h                       hosts/server/sasl/[a-z_]*\.cpp
toml                           hosts/server/config/table_reader\.hpp
CLI/                           hosts/server/app/.*
spdlog/                        hosts/server/.*
boost/                         hosts/server/.*
dlfcn\.h                       plugin-abi/loader/module_library\.cpp
(lua|lauxlib|lualib)\.(h|hpp)  hosts/prosody/.*
(erl_nif|ei|erl_driver)\.h     hosts/ejabberd/.*
'

# What the protocol core never includes: it is told the time and does no input or output.
core='^module/'
not_core='^module/composition/'
core_forbids='^(thread|mutex|shared_mutex|condition_variable|future|atomic|fstream|iostream|filesystem|unistd\.h|pthread\.h|sys/.*)$'

found=0
report() {
    ((found)) || echo "The include rule is broken:"
    found=1
    echo "    $1: $2"
}

check_own() { # file, header
    local folder allowed
    while read -r folder allowed; do
        [[ -n $folder && $1 == "$folder"* ]] || continue
        [[ $2 =~ ^$allowed ]] || report "$1" "#include \"$2\" (only ${allowed} here, from the project's root)"
        return 0
    done <<<"$parts"
}

check_library() { # file, header
    local library files
    while read -r library files; do
        [[ -n $library && $2 =~ ^$library ]] || continue
        [[ $1 =~ ^$files$ ]] || report "$1" "#include <$2> (only ${files} may)"
        return 0
    done <<<"$libraries"
    if [[ $1 =~ $core && ! $1 =~ $not_core && $2 =~ $core_forbids ]]; then
        report "$1" "#include <$2> (the protocol core has no threads, clocks or files; module/composition/ has)"
    fi
}

includes=$(source_files "$root" | grep -E '^(xmpp|sfu|plugin-abi|module|hosts)/' | tr '\n' '\0' |
    xargs -0 -r grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]+' || true)
while IFS= read -r line; do
    [[ -n $line ]] || continue
    file=${line%%:*}
    header=${line##*[<\"]}
    if [[ $line == *'<'* ]]; then check_library "$file" "$header"; else check_own "$file" "$header"; fi
done <<<"$includes"
exit "$found"
