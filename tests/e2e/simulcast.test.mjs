/** Each receiver gets the size that its tiles need, of cameras that send several. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { startFirefox } from './lib/browsers.mjs';
import { callTests, jids } from './lib/call-test.mjs';
import { acceptRing, bare, expectMediaFrom, startCall } from './lib/people.mjs';

/** Large enough for two encodings, and small enough for three people on two cores. */
const CAMERA_WIDTH = 640;
const WIDE = [1280, 800];
const NARROW = [420, 640];
const TINY = [320, 320];
/** The SFU switches at a keyframe, and only to what it deems the way to be wide enough for. */
const SWITCH_MS = 30_000;

const { callTest } = callTests('simulcast', { cameraWidth: CAMERA_WIDTH });

/** What this page receives of that person's camera: width of the picture, frames decoded so far. */
async function pictureOf(tab, who) {
    const stats = await tab.evaluate(() => window.parley.stats());
    const streams = stats.find(({ label }) => bare(label) === jids(who)[0])?.inbound ?? [];
    const video = streams.filter((s) => s.kind === 'video' && s.packets > 0);
    assert.ok(video.length <= 1, `several pictures of ${who}: ${JSON.stringify(stats)}`);
    return { width: video[0]?.frameWidth ?? 0, frames: video[0]?.framesDecoded ?? 0 };
}

async function pictureBecomes(tab, who, width) {
    const deadline = Date.now() + SWITCH_MS;
    for (;;) {
        const picture = await pictureOf(tab, who);
        if (picture.width === width) return picture;
        assert.ok(
            Date.now() < deadline,
            `${who}'s picture is ${picture.width} pixels wide, not ${width}`,
        );
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

/** Bytes that this page has sent of its camera, by rid. */
async function bytesSent(tab) {
    const stats = await tab.evaluate(() => window.parley.stats());
    const sent = stats.flatMap(({ outbound }) => outbound).filter((s) => s.kind === 'video');
    return Object.fromEntries(sent.map(({ rid, bytes }) => [rid, bytes]));
}

/** Until these encodings, and no others, are sent for a second. */
async function onlySends(tab, rids) {
    const deadline = Date.now() + SWITCH_MS;
    for (;;) {
        const before = await bytesSent(tab);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        const after = await bytesSent(tab);
        const sent = Object.keys(after).filter((rid) => after[rid] > (before[rid] ?? 0));
        if (sent.sort().join() === rids.join()) return;
        assert.ok(
            Date.now() < deadline,
            `not only ${rids.join() || 'nothing'} is sent: ${JSON.stringify({ before, after })}`,
        );
    }
}

describe('simulcast', () => {
    for (const [browser, start] of [
        ['Chromium', undefined],
        ['Firefox', startFirefox],
    ]) {
        callTest(`the pictures fit the tiles of ${browser}`, async ({ come, start: open }) => {
            const watcher = start && (await open(start));
            const [alice, bob, carol] = [
                await come('alice'),
                await come('bob', watcher),
                await come('carol'),
            ];
            await startCall(alice, 'sfu');
            await acceptRing(bob);
            await acceptRing(carol);
            await expectMediaFrom(bob, jids('alice', 'carol'));
            assert.deepEqual(Object.keys(await bytesSent(alice)).sort(), ['l', 'm']);

            await bob.resize(...WIDE);
            await pictureBecomes(bob, 'alice', 640);
            await bob.resize(...NARROW);
            const small = await pictureBecomes(bob, 'alice', 320);
            await expectMediaFrom(bob, jids('alice', 'carol'));
            await pictureBecomes(carol, 'alice', 640);

            await bob.resize(...WIDE);
            const large = await pictureBecomes(bob, 'alice', 640);
            assert.ok(large.frames > small.frames, 'no frames were decoded meanwhile');
            await expectMediaFrom(bob, jids('alice', 'carol'));
            await expectMediaFrom(carol, jids('alice', 'bob'));
        });
    }

    callTest('Chromium sends no size that nobody watches', async ({ come }) => {
        const [alice, bob] = [await come('alice'), await come('bob')];
        await bob.resize(...WIDE);
        await startCall(alice, 'sfu');
        await onlySends(alice, []);
        await acceptRing(bob);
        await expectMediaFrom(bob, jids('alice'));
        await pictureBecomes(bob, 'alice', 640);

        await bob.resize(...TINY);
        await pictureBecomes(bob, 'alice', 320);
        await onlySends(alice, ['l']);
        await expectMediaFrom(bob, jids('alice'));

        await bob.resize(...WIDE);
        await onlySends(alice, ['l', 'm']);
        await pictureBecomes(bob, 'alice', 640);
        await expectMediaFrom(bob, jids('alice'));
    });

    // Its own fake camera is too small for several sizes.
    callTest('Firefox sends nothing while nobody watches', async ({ come, start }) => {
        const [alice, bob] = [await come('alice', await start(startFirefox)), await come('bob')];
        await startCall(alice, 'sfu');
        await onlySends(alice, []);
        await acceptRing(bob);
        await expectMediaFrom(bob, jids('alice'));
        await bob.click('leave-call');
        await onlySends(alice, []);
    });
});
