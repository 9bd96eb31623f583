"""Debian's Prosody with Parley's module, as the build folder has them: the same parley.so that parleyd
loads. Where the build has no mod_parley, Prosody alone shows that the scenarios of RFC 6120/6121 and
XEP-0045 say nothing that only parleyd does."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

from .host import Host, HostError, make_certificate

_ROOT = pathlib.Path(__file__).resolve().parents[3]
_SOCKET_TABLES = ("tcp", "tcp6", "udp", "udp6", "unix", "netlink")
_CLOSE_WAIT = "08"
_AS_DAEMON = pathlib.Path(__file__).with_name("as_daemon.py")

_CONFIGURATION = """\
daemonize = {daemonize}
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
plugin_paths = {{ "{plugins}" }}
log = {{ {{ levels = {{ min = "info" }}, to = {log} }} }}
interfaces = {{ "127.0.0.1" }}
local_interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {c2s} }}
s2s_ports = {{ }}
http_ports = {{ {http} }}
https_ports = {{ {https} }}
modules_enabled = {{ "roster"; "saslauth"; "tls"; "disco"; "ping"; "presence"; "message"; "iq"; "websocket"; "c2s"; "admin_adhoc"; "admin_shell" }}
modules_disabled = {{ "s2s"; "offline" }}
authentication = "internal_plain"
c2s_require_encryption = true
consider_websocket_secure = true
cross_domain_websocket = true
admins = {{ "admin@localhost" }}
parley_module = "{module}"
ssl = {{ certificate = "{certificate}"; key = "{key}" }}
VirtualHost "localhost"
VirtualHost "later.localhost"
    enabled = false
{rooms}
"""

_ROOMS = """\
Component "conference.localhost" "muc"
    restrict_room_creation = false
    muc_room_cache_size = {in_memory}
{calls}
{more}
"""

# The sample that is installed, as it is; the global option says where the build has the module.
_SAMPLE = """\
Include "{sample}"
"""

_CALLS = """\
    modules_enabled = {{ "parley" }}
    parley_options = {{
        sfu_jid = "{sfu}";
        sfu_addresses = {{ "127.0.0.1" }};
        {options}
    }}
"""


# A second MUC service is a second instance of the module. Its SFU is a component that the configuration
# names; the first one's is made by mod_parley.
_SECOND_SERVICE = """\
Component "rooms.localhost" "muc"
    restrict_room_creation = false
    parley_admin_host = "rooms.localhost"
{calls}
Component "sfu2.localhost" "parley_sfu"
    name = "The second SFU"
"""

# What "the server ..." in a scenario may say: the words, the console's command.
_OPERATIONS = {
    "reloads parley": ("module", "reload", "parley", "conference.localhost"),
    "unloads parley": ("module", "unload", "parley", "conference.localhost"),
    "loads parley": ("module", "load", "parley", "conference.localhost"),
    "reloads muc": ("module", "reload", "muc", "conference.localhost"),
    "activates later.localhost": ("host", "activate", "later.localhost"),
}


class _Features:
    """What the build folder makes possible, known once the runner has set Prosody.build."""

    def __get__(self, _instance, prosody):
        if prosody.module_file:
            return {"core", "muc", "prosody", prosody.module_file.stem}
        return {"core", "muc"} | ({"calls", "sfu", "adhoc", "prosody"} if prosody.has_calls() else set())


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
        binding = cls.plugins() / "mod_parley" / "parley_host.so"
        return binding.exists() and (cls.module_file is not None or cls.module().exists())

    def prepare(self):
        certificate, _ = make_certificate(self.folder)
        self.address.ca_file = os.fspath(certificate)
        accounts = self.folder / "data" / "localhost" / "accounts"
        accounts.mkdir(parents=True, exist_ok=True)
        for user, password in self.accounts():
            (accounts / f"{user}.dat").write_text(f'return {{ ["password"] = "{password}"; }};\n')
        self.configure()

    def configure(self):
        certificate, key = make_certificate(self.folder)
        (self.folder / "prosody.cfg.lua").write_text(_CONFIGURATION.format(
            folder=self.folder, certificate=certificate, key=key, c2s=self.address.c2s,
            daemonize=self.limits.get("daemonize", "false"), log=self._log_sink(),
            http=self.address.http, https=self.address.https, plugins=self.plugins(),
            module=self.module(), rooms=self._rooms()))

    def command(self):
        configuration = ["--config", os.fspath(self.folder / "prosody.cfg.lua")]
        # A sanitizer's runtime must come before whatever Lua loads.
        preload = os.environ.get("PARLEY_PRELOAD")
        prosody = ["env", f"LD_PRELOAD={preload}", "prosody"] if preload else ["prosody"]
        if "daemonize" in self.limits:
            return [sys.executable, os.fspath(_AS_DAEMON), os.fspath(self.folder / "prosody.pid"),
                    *prosody, *configuration]
        return [*prosody, "-F", *configuration]

    def stop(self):
        # Prosody 0.12 runs signal handlers amid whatever Lua it is in, and hangs where that is the end of
        # a session.
        deadline = time.monotonic() + self.stop_seconds_max
        while self.process and self.process.poll() is None and time.monotonic() < deadline and not self._is_idle():
            time.sleep(0.02)
        super().stop()

    def _is_idle(self):
        """Whether Prosody waits for something to happen, and has seen the end of every connection that ended."""
        try:
            process = pathlib.Path("/proc") / (self.folder / "prosody.pid").read_text().strip()
            links = [os.readlink(descriptor) for descriptor in (process / "fd").iterdir()]
            sockets = {link[len("socket:["):-1] for link in links if link.startswith("socket:[")}
            tables = [process / "net" / table for table in _SOCKET_TABLES]
            entries = [line.split() for table in tables if table.exists() for line in table.open()]
            state = (process / "stat").read_text().rpartition(") ")[2]
        except FileNotFoundError:
            return False  # it closes a socket, or ends
        is_reset = not sockets <= set().union(*entries)
        is_closed = any(entry[3] == _CLOSE_WAIT and entry[9] in sockets for entry in entries)
        return not is_reset and not is_closed and state.startswith("S")

    def change_module(self, file):
        """Has another module in the place of the one so far."""
        type(self).module_file = file
        self.configure()
        self.read_configuration()
        self.console("module", "reload", "parley", "conference.localhost")

    def operate(self, operation):
        if operation in _OPERATIONS:
            self.console(*_OPERATIONS[operation])
        else:
            super().operate(operation)

    def read_configuration(self):
        self._control("reload")
        # It only sends a signal; a new connection is answered after what the signal has woken.
        self.console("uptime")

    def console(self, *words):
        """Runs a command of Prosody's admin console; returns what it printed."""
        return self._control("shell", *words)

    def _control(self, *words):
        command = ["prosodyctl", "--config", os.fspath(self.folder / "prosody.cfg.lua"), *words]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if result.returncode != 0 or "\n!" in "\n" + result.stdout:
            raise HostError(f"{' '.join(command)}: {result.stdout}{result.stderr}")
        return result.stdout

    def _rooms(self):
        if "sample" in self.limits:
            return _SAMPLE.format(sample=_ROOT / "packaging" / "prosody" / "parley.cfg.lua")
        return _ROOMS.format(in_memory=self.limits.get("rooms-in-memory", 100),
                             calls=self._calls("sfu.localhost"), more=self._more())

    def _calls(self, sfu):
        if not self.has_calls():
            return ""
        options = "; ".join(f"{key} = {value}" for key, value in self.module_options.items())
        return _CALLS.format(sfu=sfu, options=options)

    def _log_sink(self):
        return f'"file", filename = "{self.log}"' if "daemonize" in self.limits else '"console"'

    def _more(self):
        if self.limits.get("muc-services") != "2":
            return ""
        return _SECOND_SERVICE.format(calls=self._calls("sfu2.localhost"))
