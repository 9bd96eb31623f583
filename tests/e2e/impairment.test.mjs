/** A call through the SFU with somebody behind a bad line: 50 ms, 5 % loss, 1 Mbit/s. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { CHROMIUM } from './lib/browsers.mjs';
import { callTests } from './lib/call-test.mjs';
import {
    NEAR_ADDRESS,
    startImpairedNetwork,
    whyNoImpairedNetwork,
} from './lib/impaired-network.mjs';
import { startServer } from './lib/parleyd.mjs';
import { acceptRing, expectMediaFrom, startCall } from './lib/people.mjs';
import { watched } from './lib/watched.mjs';

const LINE = { delayMs: 50, lossPercent: 5, kbit: 1000, queueMs: 200 };
const SECONDS = 24;
/** Until the browser's jitter buffer has learned how late a packet that is sent again comes. */
const SETTLE_SECONDS = 6;
/** Frames a second, of thirty; with fewer the sender itself has pauses that look like freezes. */
const SENT_STEADILY = 27;
const CUT_SECONDS = 5;
/** For what a restart of ICE and a keyframe take. */
const AFTER_CUT_SECONDS = 10;
const FRAMES_AFTER_CUT = 60;

const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** What the page has received and sent so far, with the one person there is. */
const counted = (tab) =>
    tab.evaluate(async () => {
        const sum = { framesDecoded: 0, framesSent: 0 };
        for (const connection of window.connections) {
            for (const stats of (await connection.getStats()).values()) {
                if (stats.type === 'outbound-rtp' && stats.kind === 'video')
                    sum.framesSent = Math.max(sum.framesSent, stats.framesSent ?? 0);
                if (stats.type !== 'inbound-rtp') continue;
                for (const key of [
                    'framesDecoded',
                    'freezeCount',
                    'concealedSamples',
                    'silentConcealedSamples',
                    'totalSamplesReceived',
                ])
                    sum[key] = (sum[key] ?? 0) + (stats[key] ?? 0);
            }
        }
        return sum;
    });

const reason = await whyNoImpairedNetwork();
if (reason) test('impairment', { skip: reason });
else describe('impairment', whoIsBehindABadLine);

function whoIsBehindABadLine() {
    const { callTest, world } = callTests('impairment', {
        cameraWidth: 640,
        cameraFps: 30,
        startServer: (accounts, logFile, limits) =>
            startServer(accounts, logFile, limits, '', '', ['127.0.0.1', NEAR_ADDRESS]),
    });
    let network;
    after(() => network?.stop());

    callTest('who is behind a bad line sees and hears well, and again after a cut', async (t) => {
        network = await startImpairedNetwork(LINE, world.server.port);
        const program = await network.program(CHROMIUM);
        const far = await t.start(() => world.startChromium({ program }));
        const alice = await t.come('alice', watched(world.chromium));
        const bob = await t.come('bob', watched(far));
        await startCall(alice, 'sfu');
        // Nobody judges what comes back: this machine's time is for the one that receives.
        await acceptRing(bob, 'audio');
        await expectMediaFrom(bob, ['alice@localhost']);
        await sleep(SETTLE_SECONDS);
        await expectGoodMedia(alice, bob);
        await expectMediaAfterCut(network, bob);
    });
}

async function expectGoodMedia(alice, bob) {
    const [sentBefore, before] = [await counted(alice), await counted(bob)];
    await sleep(SECONDS);
    const [sentNow, now] = [await counted(alice), await counted(bob)];
    const grown = (key) => now[key] - before[key];
    const frames = grown('framesDecoded') / SECONDS;
    const sent = (sentNow.framesSent - sentBefore.framesSent) / SECONDS;
    const concealed =
        (grown('concealedSamples') - grown('silentConcealedSamples')) /
        grown('totalSamplesReceived');
    const report = `${frames.toFixed(1)} of ${sent.toFixed(1)} frames a second, ${grown('freezeCount')} freezes, ${(concealed * 100).toFixed(1)} % concealed`;
    console.log(report);
    // A machine that is too busy to encode is no bad line: what it does not send cannot come.
    assert.ok(frames >= Math.min(18, 0.75 * sent), report);
    assert.ok(grown('freezeCount') <= (sent >= SENT_STEADILY ? 1 : 3), report);
    assert.ok(concealed < 0.08, report);
}

async function expectMediaAfterCut(network, bob) {
    network.cut();
    await sleep(CUT_SECONDS);
    const { framesDecoded: atTheCut } = await counted(bob);
    network.restore();
    await sleep(AFTER_CUT_SECONDS);
    const { framesDecoded } = await counted(bob);
    assert.ok(
        framesDecoded - atTheCut >= FRAMES_AFTER_CUT,
        `${framesDecoded - atTheCut} frames in ${AFTER_CUT_SECONDS} s after the cut`,
    );
    await expectMediaFrom(bob, ['alice@localhost']);
}
