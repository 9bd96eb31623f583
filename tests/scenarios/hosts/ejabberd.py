"""Debian's ejabberd with Parley's module, as the build folder has them: the same parley.so that parleyd
loads. Where the build has no mod_parley, ejabberd alone shows that the scenarios of RFC 6120/6121 and
XEP-0045 say nothing that only parleyd does.

The instance is an Erlang node without a name: it needs no epmd and nobody else can reach it. With
`limits: nodes=2` it is a cluster of two, one@127.0.0.1 and two@127.0.0.1, with an epmd of its own."""

import json
import os
import pathlib
import secrets
import shutil
import subprocess
import time
import urllib.request

from .host import Host, HostError, free_port, make_certificate

_ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent

_CONFIGURATION = """\
hosts: [localhost]
loglevel: info
certfiles: ["{certificate}", "{key}"]
auth_method: internal
auth_password_format: plain
acl:
  admin:
    user: [admin@localhost]
access_rules:
  configure:
    allow: admin
  c2s:
    allow: all
shaper_rules:
  max_user_sessions: 100
api_permissions:
  administration:
    from: mod_http_api
    who: {{ip: "127.0.0.1"}}
    what: [reload_config, restart_module, change_room_option, parley_command]
listen:
  -
    port: {c2s}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    starttls: true
    starttls_required: true
    max_stanza_size: {limits[stanza_bytes]}
  -
    port: {http}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /xmpp-websocket: ejabberd_http_ws
      /api: mod_http_api
  -
    port: {https}
    ip: "127.0.0.1"
    module: ejabberd_http
    tls: true
    request_handlers:
      /xmpp-websocket: ejabberd_http_ws
modules:
  mod_adhoc: {{}}
  mod_admin_extra: {{}}
  mod_configure: {{}}
  mod_disco: {{}}
  mod_http_api: {{}}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_roster: {{}}
  mod_muc:
    host: conference.@HOST@
    default_room_options:
      moderated: false
      allow_change_subj: false
      allow_subscription: false
      public: false
      {rooms}
  mod_muc_admin: {{}}
"""

# A file of its own in modules.d, as Debian's ejabberd reads it.
_CALLS = """\
modules:
  mod_parley:
    module: "{module}"
    options: {options}
"""

# A second node joins the first; accounts; then the sign that all is up.
_READY = """\
{join}
[ok = ejabberd_auth:try_register(U, <<"localhost">>, P) || {{U, P}} <- [{accounts}],
    not ejabberd_auth:user_exists(U, <<"localhost">>)],
ok = file:write_file("{ready}", <<>>)."""


# Kills the process that has the module, and waits for the next one to have it.
_CRASH = """\
On = fun(M, F, A) -> rpc:call('one@127.0.0.1', M, F, A) end,
Pid = On(erlang, whereis, [mod_parley_localhost]),
true = On(erlang, exit, [Pid, kill]),
Next = fun(Self) ->
           case On(erlang, whereis, [mod_parley_localhost]) of
               New when is_pid(New), New =/= Pid -> New;
               _ -> timer:sleep(20), Self(Self)
           end
       end,
On(sys, get_state, [Next(Next), infinity]),
#{running := true} = On(parley_config, find, [<<"conference.localhost">>]),
halt()."""

# Writes a file once the first node knows that the rooms of a lost one are gone.
_WATCH = """\
spawn(fun() ->
    net_kernel:monitor_nodes(true),
    receive {{nodedown, _}} -> ok end,
    Wait = fun(Self) ->
               case [P || {{_, _, P}} <- mod_muc:get_online_rooms(<<"conference.localhost">>),
                          node(P) =/= node()] of
                   [] -> file:write_file("{alone}", <<>>);
                   _ -> timer:sleep(20), Self(Self)
               end
           end,
    Wait(Wait)
end),
"""


class _Features:
    """What the build folder makes possible, known once the runner has set Ejabberd.build."""

    def __get__(self, _instance, ejabberd):
        if ejabberd.module_file:
            return {"core", "muc", "ejabberd", ejabberd.module_file.stem}
        return {"core", "muc"} | ({"calls", "sfu", "adhoc", "ejabberd"} if ejabberd.has_calls() else set())


class Ejabberd(Host):
    features = _Features()
    limits = {"stanza_bytes": 262144}
    rooms_are_processes = True
    build = pathlib.Path("build/dev")  # set by the runner

    @classmethod
    def unavailable(cls):
        if not shutil.which("erl") or not cls.library():
            return "ejabberd is not installed (apt-get install ejabberd)"
        return None

    @staticmethod
    def library():
        """The folder that has ejabberd's own, ejabberd-VERSION."""
        return next((ebin.parent.parent for ebin in pathlib.Path("/usr/lib").glob("*/ejabberd-*/ebin")), None)

    @classmethod
    def application(cls):
        """The folder with mod_parley's application, parley-VERSION."""
        return next(iter(sorted((cls.build / "hosts" / "ejabberd").glob("parley-*/priv/parley_host.so"))), None)

    @classmethod
    def module(cls):
        return cls.module_file or cls.build / "module" / "parley.so"

    @classmethod
    def has_calls(cls):
        return cls.application() is not None and (cls.module_file is not None or cls.module().exists())

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.address.rooms_have_presence = True
        self.name = None  # of the node, as one of a cluster
        self.cluster = {}  # environment and arguments of all nodes
        self.second = self.epmd = None
        if self.limits.get("nodes") == "2":
            self._form_cluster()

    def _form_cluster(self):
        self.second = type(self)(self.folder / "two", 0, [f"{k}={v}" for k, v in self.module_options.items()])
        self.cluster = {"epmd_port": free_port(), "cookie": secrets.token_hex(8)}
        self.second.cluster = self.cluster
        self.name, self.second.name = "one@127.0.0.1", "two@127.0.0.1"

    def address_for(self, options):
        return self.second.address if self.second and options.get("node") == "2" else self.address

    def start(self):
        if not self.second:
            super().start()
            return
        port = str(self.cluster["epmd_port"])
        self.epmd = subprocess.Popen(["epmd", "-port", port, "-address", "127.0.0.1"])
        try:
            super().start()
            self.second.start()
        except HostError:
            self.epmd.terminate()
            raise

    def stop(self):
        try:
            if self.second:
                self.second.stop()
            super().stop()
        finally:
            if self.epmd:
                self.epmd.terminate()
                self.epmd.wait()

    def prepare(self):
        certificate, key = make_certificate(self.folder)
        self.address.ca_file = os.fspath(certificate)
        (self.folder / "ejabberd.yml").write_text(_CONFIGURATION.format(
            certificate=certificate, key=key, c2s=self.address.c2s, http=self.address.http,
            https=self.address.https, limits=self.limits,
            rooms="members_only: true\n      anonymous: false" if self._sample() else ""))
        (self.folder / "modules.d").mkdir(exist_ok=True)
        self._enable()
        accounts = ", ".join(f'{{<<"{user}">>, <<"{password}">>}}' for user, password in self.accounts())
        is_second = self.name and self.name.startswith("two")
        (self.folder / "ready.erl").write_text(_READY.format(
            accounts="" if is_second else accounts, ready=self._ready(),
            join="" if not self.name else "ok = ejabberd_cluster:join('one@127.0.0.1')," if is_second
            else _WATCH.format(alone=self.folder / "alone")))

    def command(self):
        self._ready().unlink(missing_ok=True)
        libraries = [self.library(), self.build / "hosts" / "ejabberd"]
        return ["env", f"ERL_LIBS={':'.join(os.fspath(folder) for folder in libraries)}",
                f"EJABBERD_CONFIG_PATH={self.folder / 'ejabberd.yml'}",
                f"CONTRIB_MODULES_CONF_DIR={self.folder / 'modules.d'}",
                f"EJABBERD_LOG_PATH={self.folder / 'ejabberd.log'}",
                f"ERL_CRASH_DUMP={self.folder / 'erl_crash.dump'}",
                f"ERL_EPMD_PORT={self.cluster.get('epmd_port', 0)}",
                "erl", *self._node(), "-noinput", "+sbwt", "none", "-mnesia", "dir", f'"{self.folder / "database"}"',
                "-s", "ejabberd", "-eval", f'ok = file:eval("{self.folder / "ready.erl"}").']

    def _node(self):
        if not self.name:
            return []
        return ["-name", self.name, "-setcookie", self.cluster["cookie"], "-start_epmd", "false",
                "-kernel", "inet_dist_use_interface", "{127,0,0,1}"]

    def _ready(self):
        return self.folder / "ready"

    def _accepts(self):
        return self._ready().exists() and super()._accepts()

    def change_module(self, file):
        """Has another module in the place of the one so far."""
        type(self).module_file = file
        self.configure()
        self.read_configuration()

    def configure(self):
        self._enable()

    def read_configuration(self):
        self._command("reload_config")

    def operate(self, operation):
        if operation == "reloads parley":
            self._command("restart_module", host="localhost", module="mod_parley")
        elif operation in ("unloads parley", "loads parley"):
            self._enable(operation == "loads parley")
            self.read_configuration()
        elif operation == "loses node 2":
            self.second.process.kill()
            self.second.process.wait()
            self._forget_second()
        elif operation == "stops node 2":
            self.second.stop()
            self._forget_second()
        elif operation == "crashes mod_parley":
            subprocess.run(["erl", "-noinput", "-name", "probe@127.0.0.1", "-setcookie", self.cluster["cookie"],
                            "-start_epmd", "false", "-eval", _CRASH], timeout=120, check=True,
                           env={**os.environ, "ERL_EPMD_PORT": str(self.cluster["epmd_port"])})
        elif operation.startswith("runs "):
            command, _, words = operation.removeprefix("runs ").partition(" and says ")
            lines = self._command("parley_command", host="localhost", node=command)
            if not any(line.replace("\t", " ").startswith(words) for line in lines):
                raise HostError(f"{command} says {lines}")
        elif operation.startswith("cannot run "):
            try:
                lines = self._command("parley_command", host="localhost", node=operation.removeprefix("cannot run "))
            except HostError:
                return
            raise HostError(f"{operation}: it says {lines}")
        elif operation.startswith("changes "):
            _, room, option, value = operation.split()
            self._command("change_room_option", name=room.partition("@")[0], service=self.address.muc,
                          option=option, value=value)
        else:
            super().operate(operation)

    def _forget_second(self):
        """Returns when the first node knows that the second is gone, and its rooms."""
        self.second.process = None
        deadline = time.monotonic() + 60
        while not (self.folder / "alone").exists():
            if time.monotonic() > deadline:
                raise HostError("the first node does not notice that the second one is gone")
            time.sleep(0.02)

    def _command(self, command, /, **arguments):
        """What one of ejabberdctl's commands gives, through mod_http_api."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.address.http}/api/{command}",
                                         json.dumps(arguments).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except OSError as error:
            raise HostError(f"{command} {arguments}: {error}") from error

    def _enable(self, enabled=True):
        """Writes, or removes, what configures mod_parley."""
        file = self.folder / "modules.d" / "mod_parley.yml"
        file.unlink(missing_ok=True)
        if enabled and self.has_calls():
            file.write_text(self._calls())

    def _sample(self):
        return "sample" in self.limits

    def _calls(self):
        if self._sample():
            return (_ROOT / "packaging" / "ejabberd" / "mod_parley.yml").read_text().replace(
                "modules:\n  mod_parley:\n", f'modules:\n  mod_parley:\n    module: "{self.module()}"\n')
        options = {"sfu_jid": "sfu-@NODE@.@HOST@" if self.name else "sfu.@HOST@", "sfu_addresses": ["127.0.0.1"],
                   **{key: json.loads(value) for key, value in self.module_options.items()}}
        return _CALLS.format(module=self.module(), options=json.dumps(options))
