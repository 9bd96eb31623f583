#!/bin/bash
# Shows that each check fails where it should, and is quiet where it should be (self-test-abi.sh: check-abi.sh).
# Usage: self-test.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/self-test-lib.sh"

# A git work tree with one file of that path and content.
tree_with() { # path, content
    subject="a tree with $1"
    rm -rf "$scratch/tree"
    mkdir -p "$scratch/tree/$(dirname "$1")"
    git -C "$scratch/tree" init -q
    cp "$project/.clang-format" "$scratch/tree/"
    printf '%s\n' "$2" >"$scratch/tree/$1"
    git -C "$scratch/tree" add -A
}

format() { expect "$1" "$2" "$checks/check-format.sh" "$scratch/tree"; }
include() { # status, words, path, line
    tree_with "$3" "$4"
    expect "$1" "$2" "$checks/check-include-rule.sh" "$scratch/tree"
}

tree_with a.cpp 'int a = 0;'
format 0 ''
tree_with b.cpp 'int  a=0;'
format 1 '    b.cpp'

include 0 '' xmpp/a.cpp '#include "xmpp/jid.hpp"'
include 1 'xmpp/a.cpp: #include "sfu/sfu.hpp"' xmpp/a.cpp '#include "sfu/sfu.hpp"'
include 1 'xmpp/a.cpp: #include "jid.hpp"' xmpp/a.cpp '#include "jid.hpp"'
include 1 'sfu/a.cpp: #include "xmpp/jid.hpp"' sfu/a.cpp '#include "xmpp/jid.hpp"'
include 1 'module/a.cpp: #include "sfu/sfu.hpp"' module/a.cpp '#  include "sfu/sfu.hpp"'
include 0 '' module/composition/a.cpp '#include "sfu/sfu.hpp"'
include 0 '' module/a.cpp '#include "xsm/muc.h"'
include 1 'hosts/server/a.cpp: #include "module/x.hpp"' hosts/server/a.cpp '#include "module/x.hpp"'
include 1 'hosts/prosody/a.cpp' hosts/prosody/a.cpp '#include "hosts/server/x.hpp"'
include 0 '' hosts/server/a.cpp '#include "plugin-abi/loader/module_instance.hpp"'
include 1 'plugin-abi/include/xsm/a.h' plugin-abi/include/xsm/a.h '#include "xmpp/jid.hpp"'
include 0 '' tests/unit/a.cpp '#include "module/x.hpp"'

include 0 '' xmpp/xml_parser.cpp '#include <libxml/parser.h>'
include 1 'module/a.cpp: #include <libxml/parser.h>' module/a.cpp '#include <libxml/parser.h>'
include 1 'xmpp/a.cpp: #include <idna.h>' xmpp/a.cpp '#include <idna.h>'
include 1 'sfu/a.cpp: #include <nice/agent.h>' sfu/a.cpp '#include <nice/agent.h>'
include 1 'sfu/a.cpp: #include <srtp2/srtp.h>' sfu/a.cpp '#include <srtp2/srtp.h>'
include 1 'sfu/a.cpp: #include <openssl/ssl.h>' sfu/a.cpp '#include <openssl/ssl.h>'
include 1 'module/a.cpp: #include <boost/asio/post.hpp>' module/a.cpp '#include <boost/asio/post.hpp>'
include 1 'hosts/server/a.cpp: #include <sqlite3.h>' hosts/server/a.cpp '#include <sqlite3.h>'
include 1 'module/calls/a.cpp: #include <thread>' module/calls/a.cpp '#include <thread>'
include 0 '' module/composition/a.cpp '#include <thread>'
include 0 '' module/calls/a.cpp '#include <string>'

module() { # C source; the module is made of it
    subject=$1
    printf '%s\n' "$1" | "${CC:-cc}" -shared -fPIC -x c -o "$scratch/module.so" -
}
module 'int xsm_get_entry(void) { return 0; }'
expect 0 '' "$checks/check-exported-symbol.sh" "$scratch/module.so"
module 'int xsm_get_entry(void) { return 0; } int more(void) { return 1; }'
expect 1 '    more' "$checks/check-exported-symbol.sh" "$scratch/module.so"
module 'int other(void) { return 0; }'
expect 1 'does not export xsm_get_entry' "$checks/check-exported-symbol.sh" "$scratch/module.so"
expect 2 'Build it first' "$checks/check-exported-symbol.sh" "$scratch/none.so"

result
