"""What survives a restart of the server: accounts, rosters, rooms with their configuration and members."""

import asyncio

from room_test import AUDIO_VIDEO, RoomTest, new_call


class RestartTest(RoomTest):
    async def test_accounts_rosters_and_rooms_survive_a_restart(self):
        await self.alice.update_roster(self.bob.boundjid.bare, name="Bob", groups=["Friends"])
        await self.propose(self.alice)
        accounts = [(p.boundjid.user, p.password) for p in (self.alice, self.bob)]
        bob = self.bob.boundjid.bare
        for person in self.people:
            await person.leave()
        self.people.clear()
        await asyncio.to_thread(self.host.stop)
        await asyncio.to_thread(self.host.start_again)

        alice, bob_again = [await self.log_in(account) for account in accounts]
        roster = await alice.get_roster()
        items = {str(item): entry for item, entry in roster["roster"]["items"].items()}
        self.assertEqual((items[bob]["name"], items[bob]["groups"]), ("Bob", ["Friends"]))

        info = await alice["xep_0030"].get_info(jid=self.room)
        self.assertTrue({"muc_membersonly", "muc_nonanonymous", "muc_persistent"} <= set(info["disco_info"]["features"]))
        await alice.enter(self.room)
        await bob_again.enter(self.room)
        members = await alice.muc.get_affiliation_list(self.room, "member")
        self.assertIn(bob, [str(member) for member in members])

        # the call of before is gone, and nothing stands in the way of another
        self.assertEqual(await alice.calls(self.room), [])
        call = new_call()
        alice.say(self.room, "propose", call, AUDIO_VIDEO)
        await bob_again.hears("propose", id=call, position="1")
