"""A person with a slixmpp client, its MUC plugin, and the call messages on top."""

import asyncio

import slixmpp
from slixmpp.exceptions import IqError
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

import stanzas

SECONDS_MAX = 60


class Person(slixmpp.ClientXMPP):
    """Connects with STARTTLS and SCRAM, as slixmpp does it; trusts the server's certificate."""

    def __init__(self, host, account, patience=1.0):
        user, password = account
        super().__init__(f"{user}@{host.address.domain}", password)
        self.host = host
        self.seconds = SECONDS_MAX * patience
        self.ca_certs = host.address.ca_file
        for plugin in ("xep_0004", "xep_0030", "xep_0045", "xep_0050", "xep_0199", "xep_0203"):
            self.register_plugin(plugin)
        self.heard = asyncio.Queue()  # messages that concern calls, errors among them
        self.register_handler(Callback("call messages", StanzaPath("message"), self._on_message))
        self.nick = user

    async def log_in(self):
        ready = asyncio.get_running_loop().create_future()

        def settle(failure=None):
            if not ready.done():
                ready.set_exception(failure) if failure else ready.set_result(None)

        self.add_event_handler("session_start", lambda _event: settle())
        self.add_event_handler("failed_all_auth", lambda _event: settle(AssertionError("login refused")))
        self.add_event_handler("connection_failed", lambda reason: settle(AssertionError(f"no connection: {reason}")))
        self.connect((self.host.address.host, self.host.address.c2s))
        await asyncio.wait_for(ready, self.seconds)
        self.send_presence()

    async def leave(self):
        await self.disconnect(wait=2)

    @property
    def muc(self):
        return self["xep_0045"]

    # --- rooms

    async def create_private_room(self, room):
        await self.enter(room)
        form = self["xep_0004"].make_form("submit")
        form.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/muc#roomconfig")
        form.add_field(var="muc#roomconfig_membersonly", value="1")
        form.add_field(var="muc#roomconfig_whois", value="anyone")
        form.add_field(var="muc#roomconfig_persistentroom", value="1")
        await self.muc.set_room_config(room, form)

    async def configure(self, room, **fields):
        """Takes the room's form, changes some fields (muc#roomconfig_NAME) and submits it, as people's clients do."""
        form = await self.muc.get_room_config(room)
        form["type"] = "submit"
        for name, value in fields.items():
            form.get_fields()[f"muc#roomconfig_{name}"]["value"] = value
        await self.muc.set_room_config(room, form)

    async def enter(self, room):
        await self.muc.join_muc_wait(room, self.nick, maxstanzas=0, timeout=int(self.seconds))

    async def admit(self, room, *people):
        for person in people:
            await self.muc.set_affiliation(room, "member", jid=person.boundjid.bare)

    # --- calls

    def say(self, room, action, call, media=(), namespace=stanzas.NS, mtype="groupchat", to=None, **attributes):
        """Sends one call message and returns the stanza's id."""
        message = self.make_message(mto=to or room, mtype=mtype)
        message["id"] = self.new_id()
        element = stanzas.ELEMENTS[action]()
        element["id"] = call
        for kind in media:
            description = stanzas.Description()
            description["media"] = kind
            element.append(description)
        for name, value in attributes.items():
            element[name] = value
        if namespace != stanzas.NS:
            element.xml.tag = f"{{{namespace}}}{action}"
        message.append(element)
        message.send()
        return message["id"]

    def _on_message(self, message):
        if any(child.tag.startswith((f"{{{stanzas.NS}}}", f"{{{stanzas.NS_SFU}}}")) for child in message.xml) or (
                message["type"] == "error"):
            self.heard.put_nowait(message)

    async def hears(self, action, **expected):
        """The next call message; asserts that it is this one. Returns it."""
        message = await asyncio.wait_for(self.heard.get(), self.seconds)
        assert message["type"] == "groupchat", f"{self.nick} heard {message}"
        element = message.xml.find(f"{{{stanzas.NS}}}{action}")
        assert element is not None, f"{self.nick} expected {action}, heard {message}"
        for name, value in expected.items():
            got = message["from"].resource if name == "nick" else element.get(name)
            assert got == value, f"{self.nick}: {name} of {action} is {got}, expected {value}"
        return message

    async def refused(self, identifier, kind, condition, application):
        """The next message is the error for the one that was sent with this id. Returns its application condition."""
        message = await asyncio.wait_for(self.heard.get(), self.seconds)
        assert message["type"] == "error" and message["id"] == identifier, f"{self.nick} heard {message}"
        error = message["error"]
        assert (error["type"], error["condition"]) == (kind, condition), f"{message}"
        assert error["text"], f"no text for people in {message}"
        found = error.xml.find(f"{{{stanzas.NS}}}{application}")
        assert found is not None, f"no {application} in {message}"
        return found

    async def hears_nothing(self):
        """Nothing that concerns calls has been sent to this client before now."""
        for _ in range(2):
            await self["xep_0199"].send_ping(self.boundjid.domain, timeout=int(self.seconds))
        assert self.heard.empty(), f"{self.nick} heard {self.heard.get_nowait()}"

    async def calls(self, room):
        """The room's calls, by IQ. Raises IqError."""
        iq = self.make_iq_get(ito=room)
        iq.append(stanzas.Calls())
        answer = await iq.send(timeout=int(self.seconds))
        return list(answer["active_calls"]["calls"])

    async def run_command(self, node):
        """Executes an ad-hoc command of the server that completes at once. Raises IqError."""
        iq = self.make_iq_set(ito=self.boundjid.domain)
        iq["command"]["node"] = node
        iq["command"]["action"] = "execute"
        return (await iq.send(timeout=int(self.seconds)))["command"]


__all__ = ["IqError", "Person"]
