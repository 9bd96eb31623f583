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

const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** What the page has received so far, of the one person there is. */
const received = (tab) =>
    tab.evaluate(async () => {
        const sum = {};
        for (const connection of window.connections) {
            for (const stats of (await connection.getStats()).values()) {
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
        startServer: (accounts, logFile, limits) =>
            startServer(accounts, logFile, limits, '', '', ['127.0.0.1', NEAR_ADDRESS]),
    });
    let network;
    after(() => network?.stop());

    callTest('who is behind a bad line sees and hears well', async ({ come, start }) => {
        network = await startImpairedNetwork(LINE, world.server.port);
        const program = await network.program(CHROMIUM);
        const far = await start(() => world.startChromium({ program }));
        const alice = await come('alice');
        const bob = await come('bob', watched(far));
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await expectMediaFrom(bob, ['alice@localhost']);
        await sleep(SETTLE_SECONDS);
        const before = await received(bob);
        await sleep(SECONDS);
        const now = await received(bob);
        const grown = (key) => now[key] - before[key];
        const frames = grown('framesDecoded') / SECONDS;
        const concealed =
            (grown('concealedSamples') - grown('silentConcealedSamples')) /
            grown('totalSamplesReceived');
        const report = `${frames.toFixed(1)} frames a second, ${grown('freezeCount')} freezes, ${(concealed * 100).toFixed(1)} % concealed`;
        console.log(report);
        assert.ok(frames >= 18, report);
        assert.ok(grown('freezeCount') <= 1, report);
        assert.ok(concealed < 0.08, report);
        await expectMediaFrom(alice, ['bob@localhost']);
    });
}
