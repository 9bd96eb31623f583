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

/** The encodings that this page sends of its camera, by rid. */
async function encodingsOf(tab) {
    const stats = await tab.evaluate(() => window.parley.stats());
    const sent = stats.flatMap(({ outbound }) => outbound).filter((s) => s.kind === 'video');
    return sent.map((s) => s.rid).sort();
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
            assert.deepEqual(await encodingsOf(alice), ['l', 'm']);

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
});
