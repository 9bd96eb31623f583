"""Debian's ejabberd with Parley's module, as the build folder has them: the same parley.so that parleyd
loads. Where the build has no mod_parley, ejabberd alone shows that the scenarios of RFC 6120/6121 and
XEP-0045 say nothing that only parleyd does.

The instance is an Erlang node without a name: it needs no epmd and nobody else can reach it."""

import json
import os
import pathlib
import shutil

from .host import Host, make_certificate

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
  -
    port: {https}
    ip: "127.0.0.1"
    module: ejabberd_http
    tls: true
    request_handlers:
      /xmpp-websocket: ejabberd_http_ws
modules:
  mod_adhoc: {{}}
  mod_configure: {{}}
  mod_disco: {{}}
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
{calls}
"""

_CALLS = """\
  mod_parley:
    module: "{module}"
    options: {options}
"""

# Accounts, then the sign that all is up.
_READY = """\
[ok = ejabberd_auth:try_register(U, <<"localhost">>, P) || {{U, P}} <- [{accounts}],
    not ejabberd_auth:user_exists(U, <<"localhost">>)],
ok = file:write_file("{ready}", <<>>)."""


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
        return cls.application() is not None and cls.module().exists()

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.address.rooms_have_presence = True

    def prepare(self):
        certificate, key = make_certificate(self.folder)
        self.address.ca_file = os.fspath(certificate)
        (self.folder / "ejabberd.yml").write_text(_CONFIGURATION.format(
            certificate=certificate, key=key, c2s=self.address.c2s, http=self.address.http,
            https=self.address.https, limits=self.limits, calls=self._calls()))
        accounts = ", ".join(f'{{<<"{user}">>, <<"{password}">>}}' for user, password in self.accounts())
        (self.folder / "ready.erl").write_text(_READY.format(accounts=accounts, ready=self._ready()))

    def command(self):
        self._ready().unlink(missing_ok=True)
        libraries = [self.library(), self.build / "hosts" / "ejabberd"]
        return ["env", f"ERL_LIBS={':'.join(os.fspath(folder) for folder in libraries)}",
                f"EJABBERD_CONFIG_PATH={self.folder / 'ejabberd.yml'}",
                f"EJABBERD_LOG_PATH={self.folder / 'ejabberd.log'}",
                f"ERL_CRASH_DUMP={self.folder / 'erl_crash.dump'}",
                "erl", "-noinput", "+sbwt", "none", "-mnesia", "dir", f'"{self.folder / "database"}"',
                "-s", "ejabberd", "-eval", f'ok = file:eval("{self.folder / "ready.erl"}").']

    def _ready(self):
        return self.folder / "ready"

    def _accepts(self):
        return self._ready().exists() and super()._accepts()

    def _calls(self):
        if not self.has_calls():
            return ""
        options = {"sfu_jid": "sfu.@HOST@", "sfu_addresses": ["127.0.0.1"],
                   **{key: json.loads(value) for key, value in self.module_options.items()}}
        return _CALLS.format(module=self.module(), options=json.dumps(options))
