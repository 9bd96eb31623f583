/** Calls whose media flows through a real coturn, with the credentials that parleyd and the SFU make. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { callTests, jids } from './lib/call-test.mjs';
import { startCoturn } from './lib/coturn.mjs';
import { startServer } from './lib/parleyd.mjs';
import { acceptRing, expectMediaFrom, startCall } from './lib/people.mjs';
import { watched } from './lib/watched.mjs';

/** Addresses of loopback, each as another network's. */
const SFU_ADDRESS = '127.0.0.3';
const RELAY_ADDRESS = '127.0.0.2';
const NOWHERE = '127.0.0.4';

const relay = `relay ${RELAY_ADDRESS}`;

/** The frame of tests with a coturn, whose SFU has the `options` that are made of it. */
function turnTests(serverName, options, addresses) {
    const turn = { coturn: undefined };
    const tests = callTests('turn', {
        serverName,
        async startServer(accounts, logFile, limits) {
            turn.coturn = await startCoturn(RELAY_ADDRESS);
            const { configuration } = turn.coturn;
            const more = options(turn.coturn);
            const server = await startServer(
                ...[accounts, logFile, limits, configuration, more, addresses],
            );
            return {
                ...server,
                async stop() {
                    await turn.coturn.stop();
                    return server.stop();
                },
            };
        },
    });
    return { ...tests, turn };
}

/** Pages of this know no way but a relay. */
const confined = (browser) => watched(browser, { iceTransportPolicy: 'relay' });

/** The candidates between which the page's media flows: type and address of both. */
const way = (tab) =>
    tab.evaluate(async () => {
        const stats = await window.connections[0].getStats();
        const { selectedCandidatePairId } = [...stats.values()].find((s) => s.type === 'transport');
        const pair = stats.get(selectedCandidatePairId);
        return [pair.localCandidateId, pair.remoteCandidateId].map((id) => {
            const { candidateType, address } = stats.get(id);
            return `${candidateType} ${address}`;
        });
    });

/** A call of alice and bob, who see and hear each other; returns their tabs. */
async function hold(come, browser, mode) {
    const [alice, bob] = [await come('alice', browser), await come('bob', browser)];
    await startCall(alice, mode);
    await acceptRing(bob);
    await expectMediaFrom(alice, jids('bob'));
    await expectMediaFrom(bob, jids('alice'));
    return [alice, bob];
}

describe('turn', () => {
    const { callTest, world, turn } = turnTests('parleyd-with-coturn', () => '');

    callTest('two who reach each other through a relay only', async ({ come }) => {
        for (const tab of await hold(come, confined(world.chromium), 'mesh'))
            assert.deepEqual(await way(tab), [relay, relay]);
        assert.deepEqual([...turn.coturn.users()].sort(), jids('alice', 'bob'));
    });

    callTest('two who reach the SFU through a relay only', async ({ come }) => {
        for (const tab of await hold(come, confined(world.chromium), 'sfu'))
            assert.deepEqual(await way(tab), [relay, 'host 127.0.0.1']);
    });
});

describe('turn of the SFU', () => {
    const behindNat = ({ sfuOptions }) => `sfu_public_addresses = ["${NOWHERE}"]\n${sfuOptions}`;
    const { callTest, world, turn } = turnTests('parleyd-behind-nat', behindNat, [SFU_ADDRESS]);

    // The relays of the browsers let in what comes from where the SFU says that it is, which is its
    // relay and nowhere else.
    callTest('an SFU that can be reached through its relay only', async ({ come }) => {
        for (const tab of await hold(come, confined(world.chromium), 'sfu'))
            assert.deepEqual(await way(tab), [relay, relay]);
        assert.deepEqual([...turn.coturn.users()].sort(), [...jids('alice', 'bob'), 'sfu']);
    });
});
