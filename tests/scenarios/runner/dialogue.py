"""Scenario files, parsed into steps. The format is described in ../README.md."""

import dataclasses
import pathlib
import re
import textwrap

from . import stanza

HEADERS = {"title", "needs", "module", "limits", "except", "timeout"}


class FormatError(Exception):
    """Names file and line."""


@dataclasses.dataclass
class Step:
    where: str  # "file:line"
    verb: str
    actor: str = ""
    arguments: dict = dataclasses.field(default_factory=dict)
    block: str = ""


@dataclasses.dataclass
class Scenario:
    path: pathlib.Path
    headers: dict
    clients: dict  # name -> options
    steps: list

    @property
    def title(self):
        return self.headers["title"]

    @property
    def instance(self):
        """What the server must be started with: (module options, limits), both as sorted "name=value"."""
        return tuple(tuple(sorted(self.headers.get(name, "").split())) for name in ("module", "limits"))

    def missing(self, host_name, features):
        """Why the scenario cannot be played on the host, or None."""
        for exception in self.headers.get("except", "").split(";"):
            host, _, reason = exception.strip().partition(" ")
            if host == host_name:
                return reason
        lacking = set(self.headers.get("needs", "").split()) - features
        return f"needs {' '.join(sorted(lacking))}" if lacking else None


# What a line may say; the first that matches wins. `block` says whether indented lines follow.
_GRAMMAR = [
    (r"let (?P<name>[a-z][a-z0-9_-]*) = (?P<value>.+)", "let", False),
    (r"everyone settles", "settle", False),
    (r"the server (?P<operation>[a-z].*)", "operate", False),
    (r"(?P<actor>\S+) connects", "connect", False),
    (r"(?P<actor>\S+) fails to connect", "connect-fails", True),
    (r"(?P<actor>\S+) was offered", "offered", True),
    (r"(?P<actor>\S+) opens", "open", False),
    (r"(?P<actor>\S+) opens a stream", "open-stream", False),
    (r"(?P<actor>\S+) starts TLS", "start-tls", False),
    (r"(?P<actor>\S+) disconnects", "disconnect", False),
    (r"(?P<actor>\S+) drops", "drop", False),
    (r"(?P<actor>\S+) is disconnected(?: within (?P<seconds>\d+) s)?", "disconnected", False),
    (r"(?P<actor>\S+) sends", "send", True),
    (r"(?P<actor>\S+) sends raw(?: (?P<count>\S+) times)?", "send-raw", True),
    (r"(?P<actor>\S+) sends hex", "send-hex", True),
    (r"(?P<actor>\S+) receives nothing", "receive-nothing", False),
    (r"(?P<actor>\S+) receives no more of", "receive-none-of", True),
    (r"(?P<actor>\S+) receives a stream header", "receive-header", True),
    (r"(?P<actor>\S+) receives(?: within (?P<seconds>\d+) s)?", "receive", True),
    (r"(?P<actor>\S+) receives in any order", "receive-any-order", True),
    (r"(?P<actor>\S+) eventually receives(?: within (?P<seconds>\d+) s)?", "receive-eventually", True),
]
_EXPECTATIONS = {"offered", "receive", "receive-any-order", "receive-eventually", "receive-none-of"}


def parse(path):
    """Reads a scenario file. Raises FormatError."""
    path = pathlib.Path(path)
    scenario = Scenario(path, {}, {}, [])
    _parse_lines(path, path.read_text(encoding="utf-8"), scenario, depth=0)
    if "title" not in scenario.headers:
        raise FormatError(f"{path.name}: no title")
    for step in scenario.steps:
        if step.actor and step.actor not in scenario.clients:
            raise FormatError(f"{step.where}: no client {step.actor} is declared")
    return scenario


def _parse_lines(path, text, scenario, depth):
    if depth > 5:
        raise FormatError(f"{path.name}: includes nest too deeply")
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        where = f"{path.name}:{number + 1}"
        number += 1
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            raise FormatError(f"{where}: an indented line that belongs to no statement")
        header = re.fullmatch(r"([a-z]+): (.+)", line)
        if header and header.group(1) in HEADERS:
            scenario.headers[header.group(1)] = header.group(2).strip()
            continue
        block = []
        while number < len(lines) and (not lines[number].strip() or lines[number][0].isspace()):
            block.append(lines[number])
            number += 1
        _parse_statement(path, where, line.strip(), textwrap.dedent("\n".join(block)).strip("\n"), scenario,
                         depth)


def _parse_statement(path, where, line, block, scenario, depth):
    words = line.split()
    if words[0] == "client":
        scenario.clients[words[1]] = _options(where, words[2:])
        return
    if words[0] == "include":
        _include(path, where, words, scenario, depth)
        return
    for expression, verb, has_block in _GRAMMAR:
        found = re.fullmatch(expression, line)
        if not found:
            continue
        if bool(block) != has_block and verb != "connect-fails":
            raise FormatError(f"{where}: '{line}' {'needs' if has_block else 'takes no'} indented lines")
        arguments = {key: value for key, value in found.groupdict().items() if value is not None}
        step = Step(where, verb, arguments.pop("actor", ""), arguments, block)
        _check_block(step)
        scenario.steps.append(step)
        return
    raise FormatError(f"{where}: not understood: {line}")


def _check_block(step):
    if step.verb not in _EXPECTATIONS:
        return
    try:
        elements = stanza.read(step.block)
    except stanza.ET.ParseError as error:
        raise FormatError(f"{step.where}: the expectation is not well-formed: {error}") from error
    if not elements or (step.verb == "receive" and len(elements) != 1):
        raise FormatError(f"{step.where}: expected one stanza, found {len(elements)}")


def _include(path, where, words, scenario, depth):
    if len(words) < 2:
        raise FormatError(f"{where}: include what?")
    shared = next(parent / "shared" for parent in path.parents if (parent / "shared").is_dir())
    target = shared / f"{words[1]}.inc"
    if not target.is_file():
        raise FormatError(f"{where}: no {target.name} in {shared}")
    text = target.read_text(encoding="utf-8")
    for name, value in _options(where, words[2:]).items():
        text = re.sub(rf"\${name}\b", lambda _: value, text)
    missing = re.search(r"\$[a-z]+", text)
    if missing:
        raise FormatError(f"{where}: {target.name} needs a value for {missing.group(0)[1:]}=")
    _parse_lines(target, text, scenario, depth + 1)


def _options(where, words):
    options = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise FormatError(f"{where}: expected name=value, found {word}")
        options[key] = value
    return options
