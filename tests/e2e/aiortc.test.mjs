/** Calls through the SFU with a WebRTC implementation that is no browser's: aiortc. */
import { describe } from 'node:test';
import { callTests, jids } from './lib/call-test.mjs';
import { startPeer } from './lib/peers.mjs';
import { acceptRing, expectMediaFrom, startCall } from './lib/people.mjs';

const { callTest, world } = callTests('aiortc');

describe('aiortc', () => {
    callTest('two of them see and hear each other', async ({ start, room }) => {
        const [alice, bob] = [
            await start(() => startPeer('aiortc', world.server, 'alice', room)),
            await start(() => startPeer('aiortc', world.server, 'bob', room)),
        ];
        await alice.startCall();
        await bob.joinCall();
        await expectMediaFrom(alice, jids('bob'));
        await expectMediaFrom(bob, jids('alice'));
    });

    callTest('it calls a browser', async ({ come, start, room }) => {
        const alice = await start(() => startPeer('aiortc', world.server, 'alice', room));
        const bob = await come('bob');
        await alice.startCall();
        await acceptRing(bob);
        await expectMediaFrom(alice, jids('bob'));
        await expectMediaFrom(bob, jids('alice'));
    });

    callTest('a browser calls it, and it leaves', async ({ come, start, room }) => {
        const alice = await come('alice');
        await startCall(alice, 'sfu');
        const bob = await start(() => startPeer('aiortc', world.server, 'bob', room));
        await bob.joinCall();
        await expectMediaFrom(bob, jids('alice'));
        await expectMediaFrom(alice, jids('bob'));
        await bob.leaveCall();
        await alice.gone('tile', { nick: 'bob' });
    });
});
