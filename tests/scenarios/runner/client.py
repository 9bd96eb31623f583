"""An XMPP client that says what it is told to and keeps what it hears."""

import asyncio
import base64
import collections
import itertools
import socket
import ssl
import struct
import xml.etree.ElementTree as ET

from . import scram, stanza, websocket

NS_TLS = "urn:ietf:params:xml:ns:xmpp-tls"
NS_SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
NS_BIND = "urn:ietf:params:xml:ns:xmpp-bind"
NS_FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
ROOM_SECONDS = 2  # until a room is asked again: ejabberd loses what comes to one that is just ending

Event = collections.namedtuple("Event", "kind value")  # kind: header, stanza, end, closed


class ConnectFailed(Exception):
    """`element` is what the server answered, where it answered."""

    def __init__(self, message, element=None):
        super().__init__(message)
        self.element = element


class Timeout(Exception):
    pass


class Client:
    """One connection. Options: transport = starttls | websocket | wss | plain; sasl = mechanism; resource."""

    _barriers = itertools.count(1)

    def __init__(self, name, address, account, options, transcript):
        self.name = name
        self.address = address  # Address of the host driver
        self.user, self.password = account
        self.options = options
        self.transcript = transcript  # called with (client name, "<" or ">" or "-", text)
        self.jid = None
        self.features = None  # the stream features after login
        self.events = collections.deque()
        self.arrived = asyncio.Event()
        self.waiting = {}  # id of a barrier ping -> future
        self.reader = self.writer = self.task = None
        self.websocket = options.get("transport", "starttls") in ("websocket", "wss")

    # --- the connection

    async def open(self):
        """Connects the socket; nothing is sent but what TLS and WebSocket need."""
        transport = self.options.get("transport", "starttls")
        port = {"websocket": self.address.http, "wss": self.address.https}.get(transport, self.address.c2s)
        if port is None:
            raise ConnectFailed(f"the host offers no {transport}")
        tls = self.tls_context() if transport == "wss" else None
        self.reader, self.writer = await asyncio.open_connection(
            self.address.host, port, ssl=tls, server_hostname=self.address.domain if tls else None)
        if self.websocket:
            await websocket.handshake(self.reader, self.writer, self.address.domain, self.address.websocket_path,
                                      self.options.get("origin"))
            self.task = asyncio.create_task(self._listen_websocket())
        else:
            self._listen()

    async def connect(self):
        """Stream, TLS where the transport has it, SASL, resource binding. Sets jid."""
        await self.open()
        features = await self.open_stream()
        if self.options.get("transport", "starttls") == "starttls":
            if features.find(f"{{{NS_TLS}}}starttls") is None:
                raise ConnectFailed("the server offers no STARTTLS", features)
            await self.start_tls()
            features = await self.open_stream()
        await self._authenticate(features)
        if not self.websocket:
            self._listen()
        self.features = await self.open_stream()
        if self.features.find(f"{{{NS_BIND}}}bind") is None:
            raise ConnectFailed("the server offers no resource binding", self.features)
        resource = self.options.get("resource")
        inner = f"<resource>{resource}</resource>" if resource else ""
        await self.send(f"<iq xmlns='jabber:client' id='bind-1' type='set'><bind xmlns='{NS_BIND}'>{inner}</bind></iq>")
        result = await self.next_stanza()
        jid = result.find(f"{{{NS_BIND}}}bind/{{{NS_BIND}}}jid")
        if result.get("type") != "result" or jid is None:
            raise ConnectFailed("the server refused to bind the resource", result)
        self.jid = jid.text

    async def open_stream(self):
        """Opens a stream and returns the features offered."""
        domain = self.address.domain
        if self.websocket:
            await self.send(f"<open xmlns='{NS_FRAMING}' to='{domain}' version='1.0'/>")
        else:
            await self.send("<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                            f"xmlns:stream='{stanza.STREAM}' to='{domain}' version='1.0'>")
        return await self.next_stanza()

    async def start_tls(self):
        await self.send(f"<starttls xmlns='{NS_TLS}'/>")
        answer = await self.next_stanza()
        if answer.tag != f"{{{NS_TLS}}}proceed":
            raise ConnectFailed("the server refused STARTTLS", answer)
        await self.task  # the listener ends itself at <proceed/>
        await self.writer.start_tls(self.tls_context(), server_hostname=self.address.domain)
        self.transcript(self.name, "-", f"TLS is up ({self._tls().version()})")
        self._listen()

    def tls_context(self):
        context = ssl.create_default_context(cafile=self.address.ca_file)
        if self.options.get("tls") == "1.2":
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    async def close(self):
        """Ends the stream as RFC 6120 s4.4 wants it."""
        if self.writer is None or self.writer.is_closing():
            return
        await self.send(f"<close xmlns='{NS_FRAMING}'/>" if self.websocket else "</stream:stream>")
        try:
            await self.wait_closed(30)
        except Timeout:
            pass
        self.abort()

    def abort(self, reset=False):
        """Lets go of the connection without a word; with `reset` the peer sees RST."""
        if self.task:
            self.task.cancel()
        if self.writer is None:
            return
        if reset:
            sock = self.writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    def _tls(self):
        return self.writer.get_extra_info("ssl_object")

    async def _authenticate(self, features):
        offered = [item.text for item in features.iterfind(f"{{{NS_SASL}}}mechanisms/{{{NS_SASL}}}mechanism")]
        wanted = self.options.get("sasl")
        mechanism = wanted or next((name for name in scram.MECHANISMS if name in offered), None)
        if mechanism is None or (mechanism not in offered and not self.options.get("force")):
            raise ConnectFailed(f"no mechanism in common; offered: {' '.join(offered)}", features)
        if mechanism == "PLAIN":
            initial = base64.b64encode(f"\0{self.user}\0{self.password}".encode()).decode()
            await self.send(f"<auth xmlns='{NS_SASL}' mechanism='PLAIN'>{initial}</auth>")
            answer = await self.next_stanza()
            if answer.tag != f"{{{NS_SASL}}}success":
                raise ConnectFailed("authentication failed", answer)
            return
        binding = None
        if mechanism.endswith("-PLUS"):
            binding = ("tls-unique", self._tls().get_channel_binding("tls-unique"))
        exchange = scram.Scram(mechanism, self.user, self.password, binding)
        initial = base64.b64encode(exchange.first()).decode()
        await self.send(f"<auth xmlns='{NS_SASL}' mechanism='{mechanism}'>{initial}</auth>")
        challenge = await self._sasl_answer("challenge")
        response = base64.b64encode(exchange.final(challenge)).decode()
        await self.send(f"<response xmlns='{NS_SASL}'>{response}</response>")
        exchange.verify(await self._sasl_answer("success"))

    async def _sasl_answer(self, name):
        answer = await self.next_stanza()
        if answer.tag != f"{{{NS_SASL}}}{name}":
            raise ConnectFailed("authentication failed", answer)
        return base64.b64decode(answer.text or "")

    # --- what is said

    async def send(self, text):
        """One stanza, or, on TCP, any text."""
        data = text if isinstance(text, bytes) else text.encode("utf-8")
        shown = data if len(data) < 8000 else data[:300] + b" ... %d bytes" % len(data)
        self.transcript(self.name, ">", shown.decode("utf-8", "replace"))
        try:
            if self.writer is None:
                raise ConnectionError("not connected")
            self.writer.write(websocket.frame(data) if self.websocket else data)
            await self.writer.drain()
        except ConnectionError as error:
            self.transcript(self.name, "-", f"could not send: {error}")

    async def barrier(self, room=None):
        """Returns when everything the server, or the room, sent before now has arrived."""
        answered = asyncio.get_running_loop().create_future()
        while not answered.done():
            identifier = f"barrier-{next(self._barriers)}"
            self.waiting[identifier] = answered
            payload = "<query xmlns='http://jabber.org/protocol/disco#info'/>" if room else "<ping xmlns='urn:xmpp:ping'/>"
            text = f"<iq type='get' id='{identifier}' to='{room or self.address.domain}'>{payload}</iq>"
            if self.websocket:
                text = text.replace("<iq ", "<iq xmlns='jabber:client' ", 1)
            self.writer.write(websocket.frame(text.encode()) if self.websocket else text.encode())
            await asyncio.wait([answered], timeout=ROOM_SECONDS if room else None)
        answered.result()

    @property
    def connected(self):
        return (self.jid is not None and self.writer is not None and not self.writer.is_closing()
                and not any(event.kind in ("end", "closed") for event in self.events))

    # --- what is heard

    async def next_event(self, seconds):
        """The next event, in order. Raises Timeout."""
        try:
            async with asyncio.timeout(seconds):
                while not self.events:
                    self.arrived.clear()
                    await self.arrived.wait()
        except TimeoutError:
            raise Timeout(f"nothing came within {seconds} s") from None
        return self.events.popleft()

    async def next_stanza(self, seconds=60):
        """The next child of the stream; headers are passed over."""
        while True:
            event = await self.next_event(seconds)
            if event.kind == "stanza":
                return event.value
            if event.kind in ("end", "closed"):
                raise ConnectFailed("the server closed the stream")

    async def wait_closed(self, seconds):
        """Waits for the end of the connection; returns the stanzas that came before it."""
        before = []
        if self.task.done() and not self.events:
            self.task = asyncio.create_task(self._drain())
        while True:
            event = await self.next_event(seconds)
            if event.kind == "closed":
                return before
            if event.kind == "stanza":
                before.append(event.value)

    def _put(self, kind, value=None):
        if kind == "stanza":
            future = self.waiting.pop(value.get("id", ""), None)
            if future is not None:
                if not future.done():
                    future.set_result(None)
                return
            self.transcript(self.name, "<", stanza.show(value))
            if self._answers_ping(value) or self._is_a_rooms_own_presence(value):
                return
        else:
            self.transcript(self.name, "-", {"header": f"stream header {value}", "end": "stream end",
                                             "closed": f"connection closed {value or ''}"}[kind])
        if kind == "closed":
            for future in self.waiting.values():
                if not future.done():
                    future.set_exception(ConnectFailed(f"{self.name}'s connection closed"))
        self.events.append(Event(kind, value))
        self.arrived.set()

    def _answers_ping(self, element):
        """With the option answers=pings the server's pings are answered and not kept."""
        if self.options.get("answers") != "pings" or element.find("{urn:xmpp:ping}ping") is None:
            return False
        asyncio.ensure_future(self.send(f"<iq type='result' id='{element.get('id')}' to='{self.address.domain}'/>"))
        return True

    def _is_a_rooms_own_presence(self, element):
        """ejabberd's rooms tell their capabilities (XEP-0115), and their end, from their bare JID."""
        sender = element.get("from", "")
        return (self.address.rooms_have_presence and element.tag == "{jabber:client}presence"
                and element.get("type") != "error" and sender.endswith("@" + self.address.muc))

    def _listen(self):
        self.task = asyncio.create_task(self._listen_tcp(), name=f"listen {self.name}")

    async def _listen_tcp(self):
        """Reads one stream; ends itself where the stream is to be replaced (TLS, SASL success)."""
        parser, depth, root = ET.XMLPullParser(("start", "end")), 0, None
        try:
            while data := await self.reader.read(65536):
                parser.feed(data)
                for event, element in parser.read_events():
                    if event == "start":
                        depth += 1
                        if depth == 1:
                            root = element
                            self._put("header", dict(element.attrib))
                        continue
                    depth -= 1
                    if depth == 0:
                        self._put("end")
                    elif depth == 1:
                        root.remove(element)
                        self._put("stanza", element)
                        if element.tag in (f"{{{NS_TLS}}}proceed", f"{{{NS_SASL}}}success"):
                            return
            self._put("closed")
        except (ConnectionError, ssl.SSLError, ET.ParseError) as error:
            self._put("closed", error)

    async def _drain(self):
        """After <proceed/> nobody listens: waits for the end of the connection all the same."""
        try:
            while await self.reader.read(65536):
                pass
            self._put("closed")
        except ConnectionError as error:
            self._put("closed", error)

    async def _listen_websocket(self):
        try:
            async for text in websocket.messages(self.reader, self.writer):
                element = ET.fromstring(text)
                if element.tag == f"{{{NS_FRAMING}}}open":
                    self._put("header", dict(element.attrib))
                elif element.tag == f"{{{NS_FRAMING}}}close":
                    self._put("end")
                else:
                    self._put("stanza", element)
            self._put("closed")
        except (ConnectionError, ssl.SSLError, ET.ParseError, websocket.WebSocketError) as error:
            self._put("closed", error)
