"""parleyd from a build folder."""

import os
import pathlib
import signal
import subprocess

from .host import Host, HostError, make_certificate

_CONFIGURATION = """\
domain = "localhost"
data_dir = "{folder}/data"
admins = ["admin@localhost"]

[c2s]
listen = ["127.0.0.1:{c2s}"]

[http]
listen = ["127.0.0.1:{http}"]

[https]
listen = ["127.0.0.1:{https}"]

[tls]
certificate = "{certificate}"
key = "{key}"

[limits]
{limits}

[[ice.services]]
type = "stun"
host = "stun.localhost"

[[ice.services]]
type = "turn"
host = "turn.localhost"
secret = "north"

[[ice.services]]
type = "turns"
host = "turn.localhost"
secret = "north"

[muc]
domain = "conference.localhost"

[modules.parley]
path = "{module}"

[modules.parley.options]
sfu_jid = "sfu.localhost"
sfu_addresses = ["127.0.0.1"]
{options}
"""


class _Features:
    """What the server offers with parley.so, or with the module the runner was given in its place."""

    def __get__(self, _instance, parleyd):
        core = {"core", "muc", "limits", "channel-binding", "strict-streams", "external-services"}
        return core | ({parleyd.module_file.stem} if parleyd.module_file else {"calls", "sfu", "adhoc"})


class Parleyd(Host):
    features = _Features()
    limits = {"stanza_bytes": 65536, "stanza_bytes_before_login": 10000, "connections_per_address": 500}
    build = pathlib.Path("build/dev")  # set by the runner

    def prepare(self):
        certificate, _ = make_certificate(self.folder)
        self.address.ca_file = os.fspath(certificate)
        (self.folder / "data").mkdir(exist_ok=True)
        self.configuration = self.folder / "parleyd.toml"
        self.configure()
        for user, password in self.accounts():
            self._control("account", "create", f"{user}@localhost", "--password", password)

    def configure(self):
        certificate, key = make_certificate(self.folder)
        self.configuration.write_text(_CONFIGURATION.format(
            folder=self.folder, certificate=certificate, key=key, c2s=self.address.c2s,
            http=self.address.http, https=self.address.https, module=self.module_file or self.build / "module" / "parley.so",
            limits=self._limits(), options=self._options()))

    def read_configuration(self):
        self.process.send_signal(signal.SIGHUP)

    def command(self):
        return [self._binary("parleyd"), "--config", os.fspath(self.configuration)]

    def _limits(self):
        return "\n".join(f"{key} = {value}" for key, value in self.limits.items())

    def _options(self):
        return "\n".join(f"{key} = {value}" for key, value in self.module_options.items())

    def _binary(self, name):
        return os.fspath(self.build / "hosts" / "server" / name)

    def _control(self, *arguments):
        command = [self._binary("parleyctl"), "--config", os.fspath(self.configuration), *arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if result.returncode != 0:
            raise HostError(f"{' '.join(command)}: {result.stderr.strip() or result.stdout.strip()}")
