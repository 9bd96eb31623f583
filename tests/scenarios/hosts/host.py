"""What every host driver is."""

import dataclasses
import itertools
import os
import pathlib
import socket
import subprocess
import time


class HostError(Exception):
    """The server could not be started, or ended badly; says which log to read."""


@dataclasses.dataclass
class Address:
    """Where the instance listens, and its names."""

    host: str
    domain: str
    muc: str
    sfu: str
    c2s: int
    http: int | None = None
    https: int | None = None
    ca_file: str | None = None
    websocket_path: str = "/xmpp-websocket"
    rooms_have_presence: bool = False  # of their own, which the scenarios know nothing of


class Host:
    """One private instance of a server, on loopback, in its own folder.

    A driver sets `features` (what scenarios may need: core muc calls sfu), `limits` (numbers
    the scenarios name as {limit.NAME} and may set) and implements prepare() and command().
    """

    features = {"core", "muc"}
    limits: dict = {}
    module_file = None  # set by the runner: a module in place of parley.so
    barrier_rounds = 3
    rooms_are_processes = False  # ejabberd: a ping to the server does not wait for a room
    start_seconds_max = 300
    stop_seconds_max = 60

    def __init__(self, folder, accounts, module_options=(), limits=()):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pool_size = accounts
        self.module_options = dict(option.split("=", 1) for option in module_options)
        self.limits = {**self.limits, **dict(limit.split("=", 1) for limit in limits)}
        self.log = self.folder / "server.log"
        self.process = None
        self._fresh = itertools.count(1)
        self.address = Address("127.0.0.1", "localhost", "conference.localhost", "sfu.localhost",
                               free_port(), free_port(), free_port())

    def address_for(self, _options):
        """Where a client with these options connects."""
        return self.address

    @classmethod
    def unavailable(cls):
        """Why the host cannot run on this machine and how to mend that, or None."""
        return None

    # --- accounts: a scenario's client gets one that nobody else uses

    @staticmethod
    def account_name(number):
        return f"user{number:03}"

    def fresh_account(self, _name):
        number = next(self._fresh)
        if number > self.pool_size:
            raise HostError(f"more than {self.pool_size} accounts asked for")
        return self.account_name(number), f"pw-{self.account_name(number)}"

    def named_account(self, name):
        return name, f"pw-{name}"

    def accounts(self):
        """Every account the instance must have, as (user, password)."""
        names = ["admin"] + [self.account_name(number) for number in range(1, self.pool_size + 1)]
        return [(name, f"pw-{name}") for name in names]

    # --- the driver's part

    def prepare(self):
        """Writes configuration and accounts into self.folder."""
        raise NotImplementedError

    def configure(self):
        """Writes the configuration alone, with the module options as they are now."""
        raise HostError("this host's configuration cannot change")

    def read_configuration(self):
        """Tells the running server to read its configuration; returns when it knows."""
        raise HostError("this host cannot be told to read its configuration")

    def command(self):
        """The server's command line; it stays in the foreground."""
        raise NotImplementedError

    def operate(self, operation):
        """Does what a scenario says after "the server", to the running instance. Raises HostError."""
        if operation.startswith("configures parley "):
            self.module_options |= dict(option.split("=", 1) for option in operation.split()[2:])
            self.configure()
            return
        if operation == "reads its configuration":
            self.read_configuration()
            return
        if operation not in ("stops", "restarts"):
            raise HostError(f"this host cannot be told: {operation}")
        self.stop()
        self.process = None
        if operation == "restarts":
            self.start_again()

    # --- the instance's life

    def start(self):
        """Returns when the server accepts clients. Raises HostError."""
        self.prepare()
        self.start_again()

    def start_again(self):
        """Starts a prepared instance with the data it has. Raises HostError."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)
        deadline = time.monotonic() + self.start_seconds_max
        while not self._accepts():
            if self.process.poll() is not None:
                raise HostError(f"the server ended with {self.process.returncode}:\n{self._log_end()}")
            if time.monotonic() > deadline:
                self.process.kill()
                raise HostError(f"the server does not listen after {self.start_seconds_max} s:\n{self._log_end()}")
            time.sleep(0.02)

    def stop(self):
        """Ends the server. Raises HostError where it did not end by itself, with status 0."""
        if self.process is None:
            return
        if self.process.poll() is not None:
            raise HostError(f"the server died with {self.process.returncode}:\n{self._log_end()}")
        self.process.terminate()
        try:
            status = self.process.wait(self.stop_seconds_max)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise HostError(f"the server did not end within {self.stop_seconds_max} s of SIGTERM; log: {self.log}") from None
        if status != 0:
            raise HostError(f"the server ended with status {status}:\n{self._log_end()}")

    def _accepts(self):
        try:
            with socket.create_connection((self.address.host, self.address.c2s), timeout=1):
                return True
        except OSError:
            return False

    def _log_end(self):
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-40:]) + f"\n(whole log: {self.log})"


_kept_ports = []  # sockets


def free_port():
    """A TCP port of loopback that nobody has. While this process runs, nobody gets it but a server that asks for it
    (with SO_REUSEADDR, as servers do): neither other tests nor connections that need a port of their own."""
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    _kept_ports.append(probe)
    return probe.getsockname()[1]


def make_certificate(folder, names=("localhost", "conference.localhost", "sfu.localhost")):
    """A self-signed certificate for the names: (certificate file, key file)."""
    certificate, key = pathlib.Path(folder) / "cert.pem", pathlib.Path(folder) / "key.pem"
    if not certificate.exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-days", "30", "-subj", f"/CN={names[0]}", "-keyout", key, "-out", certificate,
             "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)],
            check=True, capture_output=True)
        os.chmod(key, 0o640)
    return certificate, key
