"""The refusals that limits cause, on an instance whose limits are low enough to reach."""

import stanzas
from room_test import AUDIO_VIDEO, RoomTest, new_call


class LimitsTest(RoomTest):
    module_options = ("participants_max=2", "proposals_per_minute_max=2", "call_messages_per_minute_max=6",
                      "empty_call_timeout_s=1")

    async def test_refused_when_the_call_is_full(self):
        await self.carol.enter(self.room)
        call = await self.propose(self.alice)
        await self.accept(self.bob, call, 2)
        identifier = self.carol.say(self.room, "accept", call)
        for _ in range(2):  # what the others said
            await self.carol.heard.get()
        await self.carol.refused(identifier, "wait", "resource-constraint", "call-full")

    async def test_refused_too_many_proposals(self):
        for _ in range(2):
            call = await self.propose(self.bob)
            self.bob.say(self.room, "retract", call)
            await self.bob.hears("retract")
            await self.alice.hears("retract")
        identifier = self.bob.say(self.room, "propose", new_call(), AUDIO_VIDEO)
        await self.bob.refused(identifier, "wait", "resource-constraint", "rate-limited")

    async def test_refused_too_many_messages(self):
        for _ in range(6):
            identifier = self.bob.say(self.room, "accept", new_call())
            await self.bob.refused(identifier, "cancel", "item-not-found", "unknown-call")
        identifier = self.bob.say(self.room, "accept", new_call())
        await self.bob.refused(identifier, "wait", "resource-constraint", "rate-limited")

    async def test_an_empty_call_ends(self):
        call = await self.propose(self.alice)
        await self.accept(self.bob, call, 2)
        for person in (self.alice, self.bob):
            person.say(self.room, "ended", call)
            await self.bob.hears("ended", id=call, nick=person.nick)
        ended = await self.bob.hears("ended", id=call)
        self.assertEqual(ended["from"], self.room)
        self.assertIsNotNone(ended.xml.find(f"{{{stanzas.NS}}}ended/{{urn:xmpp:jingle:1}}reason/{{urn:xmpp:jingle:1}}success"))


class RingTimeoutTest(RoomTest):
    module_options = ("ring_timeout_s=1",)

    async def test_rings_out(self):
        call = await self.propose(self.alice)
        ended = await self.bob.hears("ended", id=call)
        self.assertEqual(ended["from"], self.room)
        self.assertIsNotNone(ended.xml.find(".//{urn:xmpp:jingle:1}timeout"))
