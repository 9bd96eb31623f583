/** The same page, calls and module on a host that is not parleyd. */
import { startFirefox } from './browsers.mjs';
import { callTests, jids } from './call-test.mjs';
import { acceptRing, expectMediaFrom, joinRunning, startCall } from './people.mjs';

export function hostTests(serverName, startServer) {
    const { callTest } = callTests('calls', { startServer, serverName });

    callTest('three hold a call through the SFU, the third joins late', async ({ come, start }) => {
        const firefox = await start(startFirefox);
        const [alice, bob] = [await come('alice'), await come('bob', firefox)];
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await expectMediaFrom(alice, jids('bob'));
        const carol = await come('carol');
        await carol.see('running-call', { mode: 'sfu' });
        await joinRunning(carol);
        await expectMediaFrom(carol, jids('alice', 'bob'));
        await expectMediaFrom(alice, jids('bob', 'carol'));
        await expectMediaFrom(bob, jids('alice', 'carol'));
        await bob.click('leave-call');
        await alice.gone('tile', { nick: 'bob' });
        await expectMediaFrom(alice, jids('carol'));
    });

    callTest('three hold a mesh call', async ({ come }) => {
        const [alice, bob, carol] = [await come('alice'), await come('bob'), await come('carol')];
        await startCall(alice, 'mesh');
        await acceptRing(bob);
        await acceptRing(carol);
        await expectMediaFrom(alice, jids('bob', 'carol'));
        await expectMediaFrom(bob, jids('alice', 'carol'));
        await expectMediaFrom(carol, jids('alice', 'bob'));
    });
}
