"""Three people with slixmpp and a private room."""

import unittest
import uuid

from person import Person

AUDIO_VIDEO = ("audio", "video")


def new_call():
    return str(uuid.uuid4())


class RoomTest(unittest.IsolatedAsyncioTestCase):
    """Each test has three people of its own: alice owns a private room, bob is in it, carol may enter."""

    module_options = ()  # of the instance
    host = None  # set by run.py
    patience = 1.0

    async def asyncSetUp(self):
        self.people = []
        self.alice, self.bob, self.carol = [await self.somebody() for _ in range(3)]
        self.room = f"room-{uuid.uuid4().hex[:8]}@{self.host.address.muc}"
        await self.alice.create_private_room(self.room)
        await self.alice.admit(self.room, self.bob, self.carol)
        await self.bob.enter(self.room)

    async def asyncTearDown(self):
        for person in self.people:
            await person.leave()

    async def somebody(self):
        return await self.log_in(self.host.fresh_account(""))

    async def log_in(self, account):
        person = Person(self.host, account, self.patience)
        self.people.append(person)
        await person.log_in()
        return person

    async def propose(self, person, call=None):
        """A call that everybody in the room has heard of."""
        call = call or new_call()
        person.say(self.room, "propose", call, AUDIO_VIDEO)
        for listener in (self.alice, self.bob):
            await listener.hears("propose", id=call, position="1", jid=person.boundjid.full, nick=person.nick)
        return call

    async def accept(self, person, call, position):
        person.say(self.room, "accept", call)
        for listener in (self.alice, self.bob):
            await listener.hears("accept", id=call, position=str(position), jid=person.boundjid.full)
