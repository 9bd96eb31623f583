/** Calls between real browsers through a real parleyd, judged by what the browsers decode. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { startFirefox } from './lib/browsers.mjs';
import { callTests, jids } from './lib/call-test.mjs';
import { configureRoom } from './lib/owner.mjs';
import { acceptRing, expectMediaFrom, joinRunning, startCall } from './lib/people.mjs';

const { callTest, world } = callTests('calls');

describe('mesh', () => {
    callTest('three see and hear each other', async ({ come }) => {
        const [alice, bob, carol] = [await come('alice'), await come('bob'), await come('carol')];
        await startCall(alice, 'mesh');
        await acceptRing(bob);
        await acceptRing(carol);
        await expectMediaFrom(alice, jids('bob', 'carol'));
        await expectMediaFrom(bob, jids('alice', 'carol'));
        await expectMediaFrom(carol, jids('alice', 'bob'));
        await bob.click('leave-call');
        await alice.gone('tile', { nick: 'bob' });
        await expectMediaFrom(alice, jids('carol'));
    });
});

describe('sfu', () => {
    callTest('the third joins late', async ({ come }) => {
        const [alice, bob] = [await come('alice'), await come('bob')];
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await expectMediaFrom(alice, jids('bob'));
        const carol = await come('carol');
        await carol.see('running-call', { mode: 'sfu' });
        await joinRunning(carol);
        await expectMediaFrom(carol, jids('alice', 'bob'));
        await expectMediaFrom(alice, jids('bob', 'carol'));
        await expectMediaFrom(bob, jids('alice', 'carol'));
    });

    callTest('one of three uses Firefox', async ({ come, start }) => {
        const firefox = await start(startFirefox);
        const [alice, bob] = [await come('alice'), await come('bob', firefox)];
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        const carol = await come('carol');
        await joinRunning(carol);
        await expectMediaFrom(bob, jids('alice', 'carol'));
        await expectMediaFrom(alice, jids('bob', 'carol'));
        await expectMediaFrom(carol, jids('alice', 'bob'));
    });
});

describe('rooms that are not private', () => {
    for (const mode of ['mesh', 'sfu']) {
        for (const [kind, change] of [
            ['open', { membersonly: false }],
            ['semi-anonymous', { whois: 'moderators' }],
        ]) {
            callTest(
                `${mode} call is refused in a room that is ${kind}`,
                async ({ come, room }) => {
                    await configureRoom(world.server, 'alice', room, change);
                    const [bob, carol] = [await come('bob'), await come('carol')];
                    await bob.see('not-private');
                    await bob.evaluate(
                        (m) => document.querySelector(`[data-testid="mode-${m}"]`)?.click(),
                        mode,
                    );
                    await bob.click('start-video');
                    assert.match(
                        await bob.text('notice', { kind: 'error' }),
                        /only possible in private rooms/,
                    );
                    assert.equal(await bob.count('stage'), 0);
                    assert.equal(
                        (await carol.count('ring')) + (await carol.count('running-call')),
                        0,
                    );
                },
            );
        }
    }

    callTest('a running call ends for all when its room is opened', async ({ come, room }) => {
        const [bob, carol] = [await come('bob'), await come('carol')];
        await startCall(bob, 'sfu');
        await acceptRing(carol);
        await expectMediaFrom(bob, jids('carol'));
        await configureRoom(world.server, 'alice', room, { membersonly: false });
        for (const tab of [bob, carol]) {
            await tab.gone('stage');
            assert.match(await tab.text('notice'), /not private any more/);
            assert.deepEqual(await tab.evaluate(() => window.parley.stats()), []);
            await tab.see('not-private');
        }
    });
});
