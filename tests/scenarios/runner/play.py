"""Plays one scenario against a host."""

import asyncio
import re
import secrets
import uuid

from . import dialogue, match, stanza, template
from .client import Client, ConnectFailed, Timeout


class Failed(Exception):
    """A step did not go as the scenario says."""


class Player:
    """One run of one scenario. `patience` multiplies every time limit."""

    def __init__(self, scenario, host, patience=1.0):
        self.scenario = scenario
        self.host = host
        self.seconds = float(scenario.headers.get("timeout", 30)) * patience
        self.patience = patience
        self.clients = {}
        self.transcript = []
        self.variables = {
            "domain": host.address.domain,
            "muc": host.address.muc,
            "sfu": host.address.sfu,
            "room": f"r-{secrets.token_hex(6)}@{host.address.muc}",
            **{f"limit.{name}": str(value) for name, value in host.limits.items()},
        }

    async def run(self):
        """Raises Failed with the place, what was expected and what came."""
        try:
            await self._declare_clients()
            for step in self.scenario.steps:
                try:
                    await getattr(self, "_" + step.verb.replace("-", "_"))(step)
                except (Failed, Timeout, ConnectFailed, match.Mismatch, template.UnboundVariable,
                        OSError) as error:
                    answer = getattr(error, "element", None)
                    more = f"\n  the server said: {stanza.show(answer)}" if answer is not None else ""
                    raise Failed(f"{step.where}: {step.actor} {step.verb}: {error}{more}") from error
        finally:
            for client in self.clients.values():
                client.abort()

    async def _declare_clients(self):
        for name, options in self.scenario.clients.items():
            like = options.get("same-as")
            if like:
                account = (self.clients[like].user, self.clients[like].password)
            elif options.get("account"):
                account = self.host.named_account(options["account"])
            else:
                account = self.host.fresh_account(name)
            if options.get("password"):
                account = (account[0], options["password"])
            self.clients[name] = Client(name, self.host.address_for(options), account, options, self._note)
            self.variables[f"{name}.user"] = account[0]
            self.variables[f"{name}.bare"] = f"{account[0]}@{self.host.address.domain}"

    def _note(self, name, direction, text):
        self.transcript.append(f"{name:>8} {direction} {text}")

    def _fill(self, step):
        return template.fill(step.block, self.variables)

    def _limit(self, step):
        return float(step.arguments["seconds"]) * self.patience if "seconds" in step.arguments else self.seconds

    # --- doing

    async def _let(self, step):
        value = step.arguments["value"]
        self.variables[step.arguments["name"]] = (
            str(uuid.uuid4()) if value == "uuid" else template.fill(value, self.variables))

    async def _connect(self, step):
        client = self.clients[step.actor]
        async with asyncio.timeout(60 * self.patience):
            await client.connect()
        self.variables[step.actor] = client.jid
        self.variables[f"{step.actor}.resource"] = client.jid.partition("/")[2]

    async def _connect_fails(self, step):
        client = self.clients[step.actor]
        try:
            async with asyncio.timeout(60 * self.patience):
                await client.connect()
        except ConnectFailed as failure:
            if step.block:
                if failure.element is None:
                    raise Failed(f"{failure}; expected an answer") from failure
                self.variables = match.match(stanza.read(step.block)[0], failure.element, self.variables)
            return
        raise Failed("the connection came about")

    async def _open(self, step):
        await self.clients[step.actor].open()

    async def _open_stream(self, step):
        await self.clients[step.actor].open_stream()

    async def _start_tls(self, step):
        await self.clients[step.actor].start_tls()

    async def _disconnect(self, step):
        await self.clients[step.actor].close()

    async def _drop(self, step):
        self.clients[step.actor].abort(reset=True)

    async def _send(self, step):
        client = self.clients[step.actor]
        text = self._fill(step)
        if not client.websocket:
            await client.send(re.sub(r">\s*\n\s*<", "><", text))
            return
        for element in stanza.read(text):
            await client.send(stanza.show(element, parent_namespace=""))

    async def _send_raw(self, step):
        count = int(template.fill(step.arguments.get("count", "1"), self.variables))
        await self.clients[step.actor].send(self._fill(step) * count)

    async def _send_hex(self, step):
        await self.clients[step.actor].send(bytes.fromhex(step.block))

    async def _settle(self, _step):
        await self._barrier()
        for client in self.clients.values():
            client.events = type(client.events)(e for e in client.events if e.kind in ("end", "closed"))

    async def _barrier(self):
        """Returns when the effects of all that was sent have arrived at every connected client."""
        connected = [client for client in self.clients.values() if client.connected]
        rooms = [self.variables["room"]] if self.host.rooms_are_processes else []
        async with asyncio.timeout(self.seconds):
            for room in [None, *rooms]:
                for _ in range(self.host.barrier_rounds):
                    await asyncio.gather(*(self._pass_barrier(client, room) for client in connected))

    @staticmethod
    async def _pass_barrier(client, room):
        """Who is disconnected meanwhile holds nobody up: the closing is an event of its own."""
        try:
            if client.connected:
                await client.barrier(room)
        except ConnectFailed:
            pass

    async def _operate(self, step):
        """What an admin does to the running server."""
        operation = template.fill(step.arguments["operation"], self.variables)
        await asyncio.to_thread(self.host.operate, operation)

    # --- expecting

    async def _receive_header(self, step):
        event = await self.clients[step.actor].next_event(self._limit(step))
        if event.kind != "header":
            raise Failed(f"got {_describe(event)}, expected a stream header")
        expected = stanza.read(step.block)[0]
        for key, value in expected.attrib.items():
            got = event.value.get(key)
            matched = template.match(value, got, self.variables) if got is not None else None
            if matched is None and value != template.ABSENT:
                raise Failed(f"the header has {key}={got!r}, expected '{value}'")
            self.variables = matched or self.variables

    async def _offered(self, step):
        features = self.clients[step.actor].features
        if features is None:
            raise Failed("the client is not connected")
        self.variables = match.match(stanza.read(step.block)[0], features, self.variables)

    async def _receive(self, step):
        await self._expect_next(step, stanza.read(step.block)[0])

    async def _receive_any_order(self, step):
        expected = stanza.read(step.block)
        while expected:
            got = await self._next(step, expected[0])
            for index, candidate in enumerate(expected):
                try:
                    self.variables = match.match(candidate, got, self.variables)
                except match.Mismatch:
                    continue
                del expected[index]
                break
            else:
                raise Failed("got what none of the expectations names\n  got:      "
                             f"{stanza.show(got)}\n  expected: "
                             + "\n        or: ".join(map(stanza.show, expected)))

    async def _receive_eventually(self, step):
        for expected in stanza.read(step.block):
            passed_over = []
            while True:
                try:
                    got = await self._next(step, expected)
                except (Timeout, Failed) as error:
                    raise Failed(f"{error}" + "".join(f"\n  passed over: {line}" for line in passed_over)) from error
                try:
                    self.variables = match.match(expected, got, self.variables)
                    break
                except match.Mismatch as mismatch:
                    passed_over.append(f"{stanza.show(got)}\n               ({mismatch})")

    async def _receive_nothing(self, step):
        await self._barrier()
        left = [event for event in self.clients[step.actor].events if event.kind != "header"]
        if left:
            raise Failed(f"expected nothing\n  got:      {_describe(left[0])}")

    async def _receive_none_of(self, step):
        await self._barrier()
        for event in self.clients[step.actor].events:
            for expected in stanza.read(step.block):
                if event.kind == "stanza" and match.matches(expected, event.value, self.variables):
                    raise Failed(f"got what must not come: {stanza.show(event.value)}")

    async def _disconnected(self, step):
        left = await self.clients[step.actor].wait_closed(self._limit(step))
        if left:
            raise Failed(f"before the connection closed came: {stanza.show(left[0])}")

    async def _next(self, step, expected):
        wanted = f"\n  expected: {stanza.show(expected)}"
        deadline = asyncio.get_running_loop().time() + self._limit(step)
        while True:
            remaining = max(0.01, deadline - asyncio.get_running_loop().time())
            try:
                event = await self.clients[step.actor].next_event(remaining)
            except Timeout as error:
                raise Timeout(f"{error}{wanted}") from None
            if event.kind == "stanza":
                return event.value
            if event.kind in ("end", "closed"):
                raise Failed(f"the stream ended{wanted}")

    async def _expect_next(self, step, expected):
        got = await self._next(step, expected)
        try:
            self.variables = match.match(expected, got, self.variables)
        except match.Mismatch as mismatch:
            raise Failed(f"{mismatch}\n  got:      {stanza.show(got)}\n  expected: "
                         f"{stanza.show(expected)}") from None


def _describe(event):
    return stanza.show(event.value) if event.kind == "stanza" else event.kind

