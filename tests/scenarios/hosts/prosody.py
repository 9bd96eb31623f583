"""Prosody without Parley's module: shows that the scenarios of RFC 6120/6121 and XEP-0045 say nothing
that only parleyd does. Hosting the module in Prosody is planned."""

import os

from .host import Host, make_certificate

_CONFIGURATION = """\
daemonize = false
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
interfaces = {{ "127.0.0.1" }}
local_interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {c2s} }}
s2s_ports = {{ }}
http_ports = {{ {http} }}
https_ports = {{ {https} }}
modules_enabled = {{ "roster"; "saslauth"; "tls"; "disco"; "ping"; "presence"; "message"; "iq"; "websocket"; "c2s"; "admin_adhoc" }}
modules_disabled = {{ "s2s"; "offline" }}
authentication = "internal_plain"
c2s_require_encryption = true
consider_websocket_secure = true
cross_domain_websocket = true
admins = {{ "admin@localhost" }}
ssl = {{ certificate = "{certificate}"; key = "{key}" }}
VirtualHost "localhost"
Component "conference.localhost" "muc"
    restrict_room_creation = false
"""


class Prosody(Host):
    features = {"core", "muc"}
    limits = {"stanza_bytes": 262144, "stanza_bytes_before_login": 10000}

    def prepare(self):
        certificate, key = make_certificate(self.folder)
        accounts = self.folder / "data" / "localhost" / "accounts"
        accounts.mkdir(parents=True, exist_ok=True)
        for user, password in self.accounts():
            (accounts / f"{user}.dat").write_text(f'return {{ ["password"] = "{password}"; }};\n')
        (self.folder / "prosody.cfg.lua").write_text(_CONFIGURATION.format(
            folder=self.folder, certificate=certificate, key=key, c2s=self.address.c2s,
            http=self.address.http, https=self.address.https))
        self.address.ca_file = os.fspath(certificate)

    def command(self):
        return ["prosody", "-F", "--config", os.fspath(self.folder / "prosody.cfg.lua")]
