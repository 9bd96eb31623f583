/** A call through the SFU whose participants' network lets nothing but TCP out (RFC 6544). */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { startChromium } from './lib/browsers.mjs';
import { callTests, jids } from './lib/call-test.mjs';
import { startServer } from './lib/parleyd.mjs';
import { acceptRing, expectMediaFrom, startCall } from './lib/people.mjs';
import { watched } from './lib/watched.mjs';

const { callTest } = callTests('tcp', {
    serverName: 'parleyd-with-tcp',
    startServer: (accounts, logFile, limits) =>
        startServer(accounts, logFile, limits, '', 'sfu_tcp = true'),
});

/** A Chromium that sends no UDP. */
const confined = () =>
    startChromium({ flags: ['--webrtc-ip-handling-policy=disable_non_proxied_udp'] });

/** By what the page's media flow. */
const protocols = (tab) =>
    tab.evaluate(async () => {
        const used = [];
        for (const connection of window.connections) {
            const stats = [...(await connection.getStats()).values()];
            const transport = stats.find((s) => s.type === 'transport');
            const pair = stats.find((s) => s.id === transport?.selectedCandidatePairId);
            const local = stats.find((s) => s.id === pair?.localCandidateId);
            if (local) used.push(local.protocol);
        }
        return used;
    });

describe('tcp', () => {
    callTest('two whose networks let no udp out', async ({ come, start }) => {
        const browser = watched(await start(confined));
        const [alice, bob] = [await come('alice', browser), await come('bob', browser)];
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await expectMediaFrom(alice, jids('bob'));
        await expectMediaFrom(bob, jids('alice'));
        for (const tab of [alice, bob])
            assert.deepEqual([...new Set(await protocols(tab))], ['tcp']);
    });
});
