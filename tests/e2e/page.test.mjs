/**
 * What the page does for a person: ringing, devices, lost connections, errors in words, and nothing
 * from elsewhere.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { startChromium, startFirefox } from './lib/browsers.mjs';
import { CAMERA_WIDTH, callTests, jids } from './lib/call-test.mjs';
import {
    acceptRing,
    expectMediaFrom,
    joinRunning,
    received,
    startCall,
    tryLogIn,
} from './lib/people.mjs';

const { callTest, world } = callTests('page');

/** The pages reconnect with a growing delay of up to 15 s. */
async function backInTheRoom(...tabs) {
    for (const tab of tabs) {
        await tab.gone('connection-banner', {}, 30_000);
        await tab.see('room', { joined: 'true' });
    }
}

/** What bob's tile shows: his camera, or his screen, which is larger. */
function bobShows(tab, what) {
    return tab.until(
        ({ camera, screen }) => {
            const tile = document.querySelector('[data-testid="tile"][data-nick="bob"]');
            const width = tile.querySelector('video').videoWidth;
            return screen ? width > camera : width === camera;
        },
        { camera: CAMERA_WIDTH, screen: what === 'screen' },
        20_000,
        `bob's ${what}`,
    );
}

describe('ringing', () => {
    callTest('who rejects is named, and a cancelled call stops ringing', async ({ come }) => {
        const [alice, bob, carol] = [await come('alice'), await come('bob'), await come('carol')];
        await startCall(alice, 'mesh');
        await bob.click('ring-reject');
        await alice.until(
            () =>
                /bob cannot join now/.test(
                    document.querySelector('[data-testid="call-status"]').textContent,
                ),
            undefined,
            10_000,
            'the rejection',
        );
        await carol.see('ring');
        await alice.click('leave-call');
        await carol.gone('ring');
        assert.match(await carol.text('notice'), /cancelled/);
        await alice.see('new-call');
    });

    callTest('a voice call has sound and no cameras', async ({ come }) => {
        const [alice, bob] = [await come('alice'), await come('bob')];
        await startCall(alice, 'sfu', 'audio');
        await bob.click('ring-accept-audio');
        await bob.see('stage', { phase: 'active' });
        await bob.see('tile', { nick: 'alice', speaking: 'true' });
        const [stream] = Object.values(await received(bob)).filter((s) => s.audioStreams);
        assert.deepEqual([stream.audioStreams, stream.videoStreams], [1, 0]);
        assert.equal(await bob.count('toggle-camera'), 0);
    });

    callTest('Firefox calls, Chromium answers, directly', async ({ come, start }) => {
        const firefox = await start(startFirefox);
        const [alice, bob] = [await come('alice', firefox), await come('bob')];
        await startCall(alice, 'mesh');
        await acceptRing(bob);
        await expectMediaFrom(alice, jids('bob'));
        await expectMediaFrom(bob, jids('alice'));
    });
});

describe('in a call', () => {
    callTest('camera, microphone and screen can be switched', async ({ come }) => {
        const [alice, bob] = [await come('alice'), await come('bob')];
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await alice.see('tile', { nick: 'bob', video: 'true', speaking: 'true' });
        await bob.click('toggle-camera');
        await alice.see('tile', { nick: 'bob', video: 'false' });
        await bob.click('toggle-mic');
        await alice.see('tile', { nick: 'bob', speaking: 'false', muted: 'true' });
        await bob.click('toggle-screen');
        await alice.see('tile', { nick: 'bob', video: 'true' });
        await bob.click('toggle-screen');
        await alice.see('tile', { nick: 'bob', video: 'false' });
        await bob.click('toggle-camera');
        await bob.click('toggle-mic');
        await alice.see('tile', { nick: 'bob', muted: 'false' });
        await expectMediaFrom(alice, jids('bob'));
    });

    callTest('a camera comes late, and a screen beside it', async ({ come }) => {
        const [alice, bob] = [await come('alice'), await come('bob')];
        await startCall(alice, 'sfu');
        await bob.click('ring-accept-audio');
        await bob.see('tile', { nick: 'alice', video: 'true' });
        await alice.see('tile', { nick: 'bob', video: 'false', speaking: 'true' });
        await bob.click('toggle-camera');
        await expectMediaFrom(alice, jids('bob'));
        await bob.click('toggle-screen');
        await bobShows(alice, 'screen');
        const carol = await come('carol');
        await joinRunning(carol);
        await bobShows(carol, 'screen');
        await bob.click('toggle-screen');
        await bobShows(alice, 'camera');
        await expectMediaFrom(carol, jids('alice', 'bob'));
    });

    callTest('closing the page leaves the call at once', async ({ come }) => {
        const [alice, bob, carol] = [await come('alice'), await come('bob'), await come('carol')];
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await acceptRing(carol);
        await alice.see('tile', { nick: 'carol', video: 'true' });
        await carol.open('about:blank');
        await Promise.all([alice, bob].map((tab) => tab.gone('tile', { nick: 'carol' }, 2_000)));
    });
});

describe('what goes wrong is said', () => {
    callTest('a wrong password', async ({ tabs }) => {
        tabs.alice = await world.chromium.tab();
        await tryLogIn(tabs.alice, world.server, 'alice', 'wrong');
        assert.match(await tabs.alice.text('login-error'), /address or the password is wrong/);
    });

    callTest('devices that are refused, and one may listen anyway', async ({ come, start }) => {
        const refusing = await start(() => startChromium({ devices: false }));
        const [alice, bob] = [await come('alice'), await come('bob', refusing)];
        await startCall(alice, 'sfu');
        await bob.see('ring');
        await bob.click('ring-accept');
        const words = await bob.text('device-question');
        assert.match(
            words,
            /microphone is blocked in your browser.*camera is blocked in your browser/s,
        );
        await bob.click('device-continue');
        await expectMediaFrom(bob, jids('alice'));
        assert.equal(await alice.count('tile', { nick: 'bob' }), 1);
    });

    callTest('a lost connection, and its return', async ({ come }) => {
        const [alice, bob] = [await come('alice'), await come('bob')];
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await world.server.halt('SIGKILL');
        for (const tab of [alice, bob]) {
            await tab.see('connection-banner');
            assert.match(
                await tab.text('notice', { kind: 'error' }),
                /connection was lost, and the call with it/,
            );
            assert.equal(await tab.count('stage'), 0);
        }
        await world.server.start();
        await backInTheRoom(alice, bob);
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await expectMediaFrom(bob, jids('alice'));
    });

    callTest('a server that is shut down during a call, and its return', async ({ come }) => {
        const [alice, bob] = [await come('alice'), await come('bob')];
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await expectMediaFrom(bob, jids('alice'));
        assert.deepEqual(await world.server.halt(), { exitCode: 0, signal: null });
        for (const tab of [alice, bob]) {
            await tab.see('connection-banner');
            assert.equal(await tab.count('stage'), 0);
        }
        await world.server.start();
        await backInTheRoom(alice, bob);
    });

    callTest('a room that does not let one in', async ({ tabs, room, come }) => {
        await come('alice');
        tabs.mallory = await world.chromium.tab();
        await tryLogIn(tabs.mallory, world.server, 'mallory', 'pw-mallory');
        await tabs.mallory.see('account');
        await tabs.mallory.fill('room-address', room);
        await tabs.mallory.click('room-join');
        assert.match(
            await tabs.mallory.text('notice', { kind: 'error' }),
            /for members only, and you are not one of them/,
        );
    });
});

callTest('the page asks nobody but its own server', async ({ come }) => {
    const [alice, bob] = [await come('alice'), await come('bob')];
    await startCall(alice, 'mesh');
    await acceptRing(bob);
    const { origin } = new URL(world.server.pageUrl);
    for (const tab of [alice, bob]) {
        assert.deepEqual([...new Set(tab.requests.map((url) => new URL(url).origin))], [origin]);
        assert.deepEqual(
            tab.log.filter((line) => /^(error|uncaught)/.test(line)),
            [],
        );
    }
    const policy = (await fetch(world.server.pageUrl)).headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src '(self|none)'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
});
