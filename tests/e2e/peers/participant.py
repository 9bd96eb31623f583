"""A participant of calls through the SFU: an XMPP client with one session for each source (docs/protocol.md, 7)."""

import asyncio
import uuid
import xml.etree.ElementTree as ET

from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

import jingle_sdp
import stanzas
from jingle_sdp import JINGLE
from person import Person

COIN = "urn:xmpp:coin:1"
MUJI = "urn:xmpp:jingle:muji:0"
MEDIA = ("audio", "video")


class Participant(Person):
    """`connection()` makes what is one RTCPeerConnection: see aiortc_media."""

    def __init__(self, host, account, room, connection):
        super().__init__(host, account)
        self.room, self.connection = room, connection
        self.conference = None  # JID of the SFU's side of the call
        self.sending = None  # (sid, connection)
        self.sources = {}  # sid of a session for one source: (its JID, connection)
        self.accepted = None  # settled when the conference has answered
        self.asked = asyncio.Queue()  # what the conference said, acknowledged
        self.register_handler(Callback("Jingle", StanzaPath("iq@type=set"), self._on_iq))

    async def run(self):
        """Does what the conference asks for, in its order, until cancelled."""
        while True:
            jingle = await self.asked.get()
            await getattr(self, "_on_" + jingle.get("action").replace("-", "_"))(jingle)

    # --- what the participant does

    async def start(self, service):
        call = str(uuid.uuid4())
        await self._send_media(f"{call}@{service}")
        self.say(self.room, "propose", call, MEDIA, stanzas.NS_SFU, service=service)
        await self._seen("propose", call)

    async def join(self):
        """The call that the room is told of, be it while the participant is there or before it came."""
        call, service = await self._proposed()
        await self._send_media(f"{call}@{service}")
        self.say(self.room, "accept", call, namespace=stanzas.NS_SFU)
        await self._seen("accept", call)

    async def hang_up(self):
        self.say(self.room, "ended", self.conference.split("@")[0], namespace=stanzas.NS_SFU)
        self.conference = None
        await asyncio.gather(*(connection.close() for _, connection in (*self.sources.values(), self.sending)))

    async def stats(self):
        """What comes, by source, in the call page's form."""
        return [{"label": jid, "inbound": await connection.inbound(), "outbound": []}
                for jid, connection in self.sources.values()]

    async def _send_media(self, conference):
        self.conference = conference
        sid = f"{conference.split('@')[0]}:{uuid.uuid4()}"
        connection = self.connection()
        self.sending = (sid, connection)
        self.accepted = asyncio.get_running_loop().create_future()
        jingle = self._jingle("session-initiate", sid, initiator=self.boundjid.full)
        jingle_sdp.add(jingle, MUJI, "muji", room=self.room)
        jingle_sdp.fill(jingle, await connection.offer(), "initiator", "initiator")
        await self._send(jingle)
        await asyncio.wait_for(self.accepted, self.seconds)

    # --- what the conference does

    def _on_iq(self, iq):
        jingle = iq.xml.find(f"{{{JINGLE}}}jingle")
        if jingle is None or iq["from"].full != self.conference:
            return
        iq.reply().send()
        self.asked.put_nowait(jingle)

    async def _on_session_initiate(self, jingle):
        sid, connection = jingle.get("sid"), self.connection()
        user = jingle.find(f"{{{COIN}}}conference-info/{{{COIN}}}users/{{{COIN}}}user")
        self.sources[sid] = (user.get("entity").removeprefix("xmpp:"), connection)
        answer = self._jingle("session-accept", sid, responder=self.boundjid.full)
        sdp = await connection.answer(jingle_sdp.to_sdp(jingle, "sendonly"))
        jingle_sdp.fill(answer, sdp, "initiator", "initiator")
        await self._send(answer)

    async def _on_session_accept(self, jingle):
        await self.sending[1].answered(jingle_sdp.to_sdp(jingle, "recvonly"))
        self.accepted.set_result(None)

    async def _on_transport_info(self, jingle):
        sid = jingle.get("sid")
        connection = self.sources[sid][1] if sid in self.sources else self.sending[1]
        for name, line in jingle_sdp.candidates(jingle):
            await connection.add_candidate(name, line)

    async def _on_session_info(self, _jingle):
        pass

    async def _on_session_terminate(self, jingle):
        if jingle.get("sid") == self.sending[0]:
            raise AssertionError(f"the conference ended the call: {ET.tostring(jingle, 'unicode')}")
        await self.sources.pop(jingle.get("sid"))[1].close()

    # --- stanzas

    def _jingle(self, action, sid, **attributes):
        return ET.Element(f"{{{JINGLE}}}jingle", {"action": action, "sid": sid, **attributes})

    async def _send(self, jingle):
        iq = self.make_iq_set(ito=self.conference)
        iq.append(jingle)
        await iq.send(timeout=int(self.seconds))

    async def _hears_of(self, action):
        """The next such element of a call through the SFU."""
        while True:
            message = await asyncio.wait_for(self.heard.get(), self.seconds)
            assert message["type"] != "error", f"{self.nick} was refused: {message}"
            element = message.xml.find(f"{{{stanzas.NS_SFU}}}{action}")
            if element is not None:
                return element

    async def _proposed(self):
        element = await self._hears_of("propose")
        return element.get("id"), element.get("service")

    async def _seen(self, action, call):
        """The room shows what this participant said."""
        while True:
            element = await self._hears_of(action)
            if (element.get("id"), element.get("jid")) == (call, self.boundjid.full):
                return
