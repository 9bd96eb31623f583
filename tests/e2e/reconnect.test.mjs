/** A path of the media that is lost for some seconds: the call goes on, over a new one. */
import { describe } from 'node:test';
import { networkProcess } from './lib/browsers.mjs';
import { callTests, jids } from './lib/call-test.mjs';
import { acceptRing, expectMediaFrom, startCall } from './lib/people.mjs';

/** ICE notices after some seconds that nothing comes; 4 s later the page restarts it. */
const NOTICED_MS = 20_000;
/** The SFU waits 15 s for a participant of whom nothing comes. */
const FOUND_MS = 20_000;

const { callTest, world } = callTests('reconnect');

describe('reconnecting', () => {
    callTest('who loses the path of the media finds another', async ({ come, start }) => {
        const cut = await start(world.startChromium);
        const [alice, bob] = [await come('alice', cut), await come('bob')];
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await expectMediaFrom(alice, jids('bob'));
        const ufrag = await alice.evaluate(async () => (await window.parley.stats())[0].iceUfrag);
        const sockets = networkProcess(cut.pid);
        process.kill(sockets, 'SIGSTOP');
        try {
            await alice.until(
                async (old) => (await window.parley.stats())[0].iceUfrag !== old,
                ufrag,
                NOTICED_MS,
                'a restart of ICE',
            );
            await alice.see('stage', { reconnecting: 'true' });
        } finally {
            process.kill(sockets, 'SIGCONT');
        }
        await alice.see('stage', { reconnecting: 'false' }, FOUND_MS);
        await alice.see('tile', { nick: 'bob', state: 'connected' });
        await expectMediaFrom(alice, jids('bob'));
        await expectMediaFrom(bob, jids('alice'));
    });
});
