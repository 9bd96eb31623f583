/** Calls through the SFU with WebRTC implementations that are no browser's: aiortc and GStreamer's webrtcbin. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { participantsInDetail } from './lib/admin.mjs';
import { callTests, jids } from './lib/call-test.mjs';
import { startPeer } from './lib/peers.mjs';
import { acceptRing, expectMediaFrom, startCall } from './lib/people.mjs';

const { callTest, world } = callTests('peers');

for (const backend of ['aiortc', 'webrtcbin']) {
    describe(backend, () => {
        callTest(`two ${backend}s see and hear each other`, async ({ start, room }) => {
            const come = (who) => start(() => startPeer(backend, world.server, who, room));
            const [alice, bob] = [await come('alice'), await come('bob')];
            await alice.startCall();
            await bob.joinCall();
            await expectMediaFrom(alice, jids('bob'));
            await expectMediaFrom(bob, jids('alice'));
        });

        callTest(`a browser calls ${backend}, which leaves`, async ({ come, start, room }) => {
            const alice = await come('alice');
            await startCall(alice, 'sfu');
            const bob = await start(() => startPeer(backend, world.server, 'bob', room));
            await bob.joinCall();
            await expectMediaFrom(bob, jids('alice'));
            await expectMediaFrom(alice, jids('bob'));
            await bob.leaveCall();
            await alice.gone('tile', { nick: 'bob' });
        });
    });
}

describe('H.264', () => {
    callTest('a browser and aiortc, which knows nothing else', async ({ come, start, room }) => {
        const alice = await start(() => startPeer('aiortc', world.server, 'alice', room, 'H264'));
        const bob = await come('bob');
        await alice.startCall();
        await acceptRing(bob);
        await expectMediaFrom(alice, jids('bob'));
        await expectMediaFrom(bob, jids('alice'));
        const rows = await participantsInDetail(world.server, room);
        for (const { codecs } of rows) assert.deepEqual([...codecs].sort(), ['H264', 'opus']);
    });
});

describe('all of them', () => {
    callTest('three in a call, each of another kind', async ({ come, start, room }) => {
        const alice = await start(() => startPeer('webrtcbin', world.server, 'alice', room));
        const bob = await come('bob');
        await alice.startCall();
        await acceptRing(bob);
        const carol = await start(() => startPeer('aiortc', world.server, 'carol', room));
        await carol.joinCall();
        await expectMediaFrom(alice, jids('bob', 'carol'));
        await expectMediaFrom(bob, jids('alice', 'carol'));
        await expectMediaFrom(carol, jids('alice', 'bob'));
    });
});
