"""Calls, driven by slixmpp: what an independent client sees and what it is refused."""

import uuid

import stanzas
from person import IqError
from room_test import AUDIO_VIDEO, RoomTest, new_call


class CallsTest(RoomTest):
    """What is allowed, and every refusal that needs no special limits."""

    async def test_propose_accept_ended(self):
        await self.carol.enter(self.room)
        call = new_call()
        self.alice.say(self.room, "propose", call, AUDIO_VIDEO)
        for listener in (self.alice, self.bob, self.carol):
            message = await listener.hears("propose", id=call, position="1", nick=self.alice.nick)
            self.assertEqual([d["media"] for d in message["call_propose"]["descriptions"]], ["audio", "video"])
        for position, person in ((2, self.carol), (3, self.bob)):
            person.say(self.room, "accept", call)
            for listener in (self.alice, self.bob, self.carol):
                await listener.hears("accept", id=call, position=str(position), nick=person.nick)
        self.carol.say(self.room, "ended", call)
        for listener in (self.alice, self.bob, self.carol):
            await listener.hears("ended", id=call, nick=self.carol.nick)

    async def test_reject(self):
        call = await self.propose(self.alice)
        self.bob.say(self.room, "reject", call)
        await self.alice.hears("reject", id=call, nick=self.bob.nick)
        self.assertEqual([p["nick"] for p in (await self.bob.calls(self.room))[0]["participants"]], [self.alice.nick])

    async def test_retract(self):
        call = await self.propose(self.alice)
        self.alice.say(self.room, "retract", call)
        await self.bob.hears("retract", id=call, nick=self.alice.nick)
        self.assertEqual(await self.bob.calls(self.room), [])

    async def test_late_join(self):
        call = await self.propose(self.alice)
        await self.accept(self.bob, call, 2)
        await self.carol.enter(self.room)
        for action, person, position in (("propose", self.alice, "1"), ("accept", self.bob, "2")):
            replayed = await self.carol.hears(action, id=call, position=position, nick=person.nick)
            self.assertEqual(replayed["delay"]["from"], self.room)
            self.assertIsNotNone(replayed["delay"]["stamp"])
        listing = await self.carol.hears("calls")
        self.assertEqual(listing["from"], self.room)
        (entry,) = listing["active_calls"]["calls"]
        self.check_entry(entry, call)
        self.carol.say(self.room, "accept", call)
        await self.alice.hears("accept", id=call, position="3", jid=self.carol.boundjid.full)

    def check_entry(self, entry, call):
        self.assertEqual((entry["id"], entry["mode"], entry["state"]), (call, "mesh", "active"))
        self.assertEqual(entry["initiator"], self.alice.boundjid.full)
        self.assertRegex(entry["since"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertEqual([(p["nick"], p["jid"], p["position"]) for p in entry["participants"]],
                         [(self.alice.nick, self.alice.boundjid.full, "1"), (self.bob.nick, self.bob.boundjid.full, "2")])
        self.assertEqual(entry["participants"][0]["media"], "audio video")

    async def test_calls_query(self):
        self.assertEqual(await self.bob.calls(self.room), [])
        call = await self.propose(self.alice)
        await self.accept(self.bob, call, 2)
        (entry,) = await self.bob.calls(self.room)
        self.check_entry(entry, call)
        with self.assertRaises(IqError) as refusal:
            await self.carol.calls(self.room)
        self.assertEqual(refusal.exception.iq["error"]["condition"], "forbidden")

    async def test_lost_participant(self):
        call = await self.propose(self.alice)
        await self.accept(self.bob, call, 2)
        self.bob.abort()
        message = await self.alice.hears("ended", id=call, nick=self.bob.nick, jid=self.bob.boundjid.full)
        self.assertIsNotNone(message.xml.find(".//{urn:xmpp:jingle:1}connectivity-error"))

    async def test_room_opened(self):
        call = await self.propose(self.alice)
        await self.alice.configure(self.room, membersonly=False)
        ended = await self.bob.hears("ended", id=call)
        self.assertEqual(ended["from"], self.room)
        self.assertEqual(await self.bob.calls(self.room), [])

    async def test_disco(self):
        call = await self.propose(self.alice)
        for jid in (self.room, self.host.address.muc):
            info = await self.bob["xep_0030"].get_info(jid=jid)
            self.assertTrue({stanzas.NS, stanzas.NS_SFU} <= set(info["disco_info"]["features"]), jid)
        info = await self.bob["xep_0030"].get_info(jid=self.room)
        fields = {}
        for form in info["disco_info"].xml.iterfind("{jabber:x:data}x"):
            values = {field.get("var"): [value.text for value in field] for field in form}
            fields[values["FORM_TYPE"][0]] = values
        room = fields[f"{stanzas.NS}#room"]
        self.assertEqual(room["active_call"], [call])
        self.assertEqual(room["sfu_service"], [self.host.address.sfu])

    async def test_admin_lists_calls(self):
        call = await self.propose(self.alice)
        admin = await self.log_in(self.host.named_account("admin"))
        node = "urn:parley:admin:0#active-calls"
        commands = await admin["xep_0050"].get_commands(self.host.address.domain)
        self.assertIn(node, [item[1] for item in commands["disco_items"]["items"]])
        command = await admin.run_command(node)
        self.assertEqual(command["status"], "completed")
        rows = [{field.get("var"): "".join(field.itertext()) for field in item}
                for item in command.xml.iterfind("{jabber:x:data}x/{jabber:x:data}item")]
        self.assertIn((self.room, call, "mesh", "ringing"), [(r["room"], r["id"], r["mode"], r["state"]) for r in rows])
        with self.assertRaises(IqError) as refusal:
            await self.bob.run_command(node)
        self.assertEqual(refusal.exception.iq["error"]["condition"], "forbidden")

    # --- the refusals, row by row

    async def test_refused_where_the_room_is_not_private(self):
        for field in ({"membersonly": False, "whois": "anyone"}, {"membersonly": True, "whois": "moderators"}):
            with self.subTest(**field):
                await self.alice.configure(self.room, **field)
                identifier = self.alice.say(self.room, "propose", new_call(), AUDIO_VIDEO)
                await self.alice.refused(identifier, "cancel", "not-allowed", "room-not-private")
        await self.bob.hears_nothing()

    async def test_refused_to_outsiders_and_the_voiceless(self):
        identifier = self.carol.say(self.room, "propose", new_call(), AUDIO_VIDEO)
        message = await self.carol.heard.get()
        self.assertEqual((message["id"], message["error"]["condition"]), (identifier, "not-acceptable"))
        await self.alice.configure(self.room, moderatedroom=True)
        await self.alice.muc.set_role(self.room, self.bob.nick, "visitor")
        identifier = self.bob.say(self.room, "propose", new_call(), AUDIO_VIDEO)
        message = await self.bob.heard.get()
        self.assertEqual((message["id"], message["error"]["type"], message["error"]["condition"]),
                         (identifier, "auth", "forbidden"))
        await self.alice.hears_nothing()

    async def test_refused_malformed(self):
        cases = {
            "no uuid": lambda: self.bob.say(self.room, "propose", "call-1", AUDIO_VIDEO),
            "version 1": lambda: self.bob.say(self.room, "propose", str(uuid.uuid1()), AUDIO_VIDEO),
            "no media": lambda: self.bob.say(self.room, "propose", new_call()),
            "one medium twice": lambda: self.bob.say(self.room, "propose", new_call(), ("audio", "audio")),
            "unknown medium": lambda: self.bob.say(self.room, "propose", new_call(), ("smell",)),
            "no groupchat": lambda: self.bob.say(self.room, "propose", new_call(), AUDIO_VIDEO, mtype="chat",
                                                 to=f"{self.room}/{self.alice.nick}"),
            "no service": lambda: self.bob.say(self.room, "propose", new_call(), AUDIO_VIDEO, namespace=stanzas.NS_SFU),
        }
        for name, say in cases.items():
            with self.subTest(name):
                await self.bob.refused(say(), "modify", "bad-request", "malformed-call-message")
        await self.alice.hears_nothing()

    async def test_refused_second_call(self):
        call = await self.propose(self.alice)
        identifier = self.bob.say(self.room, "propose", new_call(), AUDIO_VIDEO)
        named = await self.bob.refused(identifier, "cancel", "conflict", "active-call")
        self.assertEqual(named.get("id"), call)

    async def test_refused_used_id(self):
        call = await self.propose(self.alice)
        self.alice.say(self.room, "retract", call)
        await self.bob.hears("retract")
        identifier = self.bob.say(self.room, "propose", call, AUDIO_VIDEO)
        await self.bob.refused(identifier, "cancel", "conflict", "call-id-in-use")

    async def test_refused_propose_without_conference(self):
        identifier = self.bob.say(self.room, "propose", new_call(), AUDIO_VIDEO, namespace=stanzas.NS_SFU,
                                  service=self.host.address.sfu)
        await self.bob.refused(identifier, "cancel", "item-not-found", "no-conference")

    async def test_refused_accept(self):
        identifier = self.bob.say(self.room, "accept", new_call())
        await self.bob.refused(identifier, "cancel", "item-not-found", "unknown-call")
        call = await self.propose(self.alice)
        await self.accept(self.bob, call, 2)
        identifier = self.bob.say(self.room, "accept", call)
        await self.bob.refused(identifier, "cancel", "conflict", "already-participant")

    async def test_refused_reject_by_participant(self):
        call = await self.propose(self.alice)
        await self.accept(self.bob, call, 2)
        identifier = self.bob.say(self.room, "reject", call)
        await self.bob.refused(identifier, "modify", "unexpected-request", "already-participant")

    async def test_refused_retract(self):
        call = await self.propose(self.alice)
        identifier = self.bob.say(self.room, "retract", call)
        await self.bob.refused(identifier, "modify", "unexpected-request", "not-initiator")
        await self.accept(self.bob, call, 2)
        identifier = self.alice.say(self.room, "retract", call)
        await self.alice.refused(identifier, "modify", "unexpected-request", "call-active")

    async def test_refused_ended_by_others(self):
        call = await self.propose(self.alice)
        identifier = self.bob.say(self.room, "ended", call)
        await self.bob.refused(identifier, "modify", "unexpected-request", "not-participant")

    async def test_refused_after_the_end(self):
        call = await self.propose(self.alice)
        self.alice.say(self.room, "retract", call)
        await self.bob.hears("retract")
        for action in ("accept", "reject", "ended"):
            with self.subTest(action):
                identifier = self.bob.say(self.room, action, call)
                await self.bob.refused(identifier, "cancel", "item-not-found", "call-ended")

