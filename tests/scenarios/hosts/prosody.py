"""Debian's Prosody with Parley's module, as the build folder has them: the same parley.so that parleyd
loads. Where the build has no mod_parley, Prosody alone shows that the scenarios of RFC 6120/6121 and
XEP-0045 say nothing that only parleyd does."""

import os
import pathlib
import shutil

from .host import Host, make_certificate

_CONFIGURATION = """\
daemonize = false
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
plugin_paths = {{ "{plugins}" }}
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
{calls}
"""

_CALLS = """\
    modules_enabled = {{ "parley" }}
    parley_module = "{module}"
    parley_options = {{
        sfu_jid = "sfu.localhost";
        sfu_addresses = {{ "127.0.0.1" }};
        {options}
    }}
"""


class _Features:
    """What the build folder makes possible, known once the runner has set Prosody.build."""

    def __get__(self, _instance, prosody):
        if prosody.module_file:
            return {"core", "muc", prosody.module_file.stem}
        return {"core", "muc"} | ({"calls", "sfu", "adhoc"} if prosody.has_calls() else set())


class Prosody(Host):
    features = _Features()
    limits = {"stanza_bytes": 262144, "stanza_bytes_before_login": 10000}
    build = pathlib.Path("build/dev")  # set by the runner

    @classmethod
    def unavailable(cls):
        return None if shutil.which("prosody") else "Prosody is not installed (apt-get install prosody)"

    @classmethod
    def plugins(cls):
        """The folder with mod_parley and mod_parley_sfu."""
        return cls.build / "hosts" / "prosody"

    @classmethod
    def module(cls):
        return cls.module_file or cls.build / "module" / "parley.so"

    @classmethod
    def has_calls(cls):
        return (cls.plugins() / "mod_parley" / "parley_host.so").exists() and cls.module().exists()

    def prepare(self):
        certificate, key = make_certificate(self.folder)
        accounts = self.folder / "data" / "localhost" / "accounts"
        accounts.mkdir(parents=True, exist_ok=True)
        for user, password in self.accounts():
            (accounts / f"{user}.dat").write_text(f'return {{ ["password"] = "{password}"; }};\n')
        (self.folder / "prosody.cfg.lua").write_text(_CONFIGURATION.format(
            folder=self.folder, certificate=certificate, key=key, c2s=self.address.c2s,
            http=self.address.http, https=self.address.https, plugins=self.plugins(),
            calls=self._calls() if self.has_calls() else ""))
        self.address.ca_file = os.fspath(certificate)

    def command(self):
        return ["prosody", "-F", "--config", os.fspath(self.folder / "prosody.cfg.lua")]

    def _calls(self):
        options = "; ".join(f"{key} = {value}" for key, value in self.module_options.items())
        return _CALLS.format(module=self.module(), options=options)
