/** Calls between real browsers through a real parleyd, judged by what the browsers decode. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { participantsInDetail } from './lib/admin.mjs';
import { startFirefox } from './lib/browsers.mjs';
import { callTests, jids } from './lib/call-test.mjs';
import { configureRoom } from './lib/owner.mjs';
import { acceptRing, expectMediaFrom, joinRunning, startCall } from './lib/people.mjs';

const { callTest, world } = callTests('calls');

/** Browsers report on audio every 5 seconds. */
const REPORTED_MS = 15_000;

/** The participants of the room's call, once the SFU has measured the round trip to each. */
async function measuredParticipants(room) {
    const deadline = Date.now() + REPORTED_MS;
    for (;;) {
        const rows = await participantsInDetail(world.server, room);
        if (rows.every(({ round_trip_ms: [value] }) => value) || Date.now() > deadline) return rows;
        await new Promise((resolve) => setTimeout(resolve, 250));
    }
}

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

    callTest('an administrator sees how well media flows', async ({ come, room }) => {
        const [alice, bob] = [await come('alice'), await come('bob')];
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await expectMediaFrom(alice, jids('bob'));
        await expectMediaFrom(bob, jids('alice'));
        const rows = await measuredParticipants(room);
        const report = JSON.stringify(rows);
        assert.deepEqual(rows.map(({ nick }) => nick[0]).sort(), ['alice', 'bob'], report);
        for (const row of rows) {
            const number = (field) => Number(row[field][0]);
            assert.deepEqual([...row.codecs].sort(), ['VP8', 'opus'], report);
            for (const way of ['sends', 'receives']) {
                const rate = number(`${way}_kbit_s`);
                assert.ok(rate > 50 && rate < 3_000, `${way} ${rate} kbit/s: ${report}`);
                const lost = number(`${way}_lost_percent`);
                assert.ok(lost >= 0 && lost < 20, `lost of what it ${way}: ${lost} %: ${report}`);
            }
            assert.ok(number('round_trip_ms') < 1_000, report);
            assert.match(row.server_candidate[0], /^host 127\.0\.0\.1:\d+$/, report);
            assert.match(row.client_candidate[0], /^(host|prflx) [\d.]+:\d+$/, report);
        }
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
