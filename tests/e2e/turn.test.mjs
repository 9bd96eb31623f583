/** A call whose media flows through a real coturn, with the credentials that parleyd gives. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { callTests, jids } from './lib/call-test.mjs';
import { startCoturn } from './lib/coturn.mjs';
import { startServer } from './lib/parleyd.mjs';
import { acceptRing, expectMediaFrom, startCall } from './lib/people.mjs';

let coturn;

const { callTest, world } = callTests('turn', {
    serverName: 'parleyd-with-coturn',
    async startServer(accounts, logFile, limits) {
        coturn = await startCoturn();
        const server = await startServer(accounts, logFile, limits, coturn.configuration);
        return {
            ...server,
            async stop() {
                await coturn.stop();
                return server.stop();
            },
        };
    },
});

/** Its pages know no way but a relay. */
const confined = {
    async tab() {
        const tab = await world.chromium.tab();
        await tab.page.addInitScript(() => {
            const Connection = window.RTCPeerConnection;
            window.connections = [];
            window.RTCPeerConnection = class extends Connection {
                constructor(configuration) {
                    super({ ...configuration, iceTransportPolicy: 'relay' });
                    window.connections.push(this);
                }
            };
        });
        return tab;
    },
};

/** The types of both candidates between which the page's media flows. */
const way = (tab) =>
    tab.evaluate(async () => {
        const stats = await window.connections[0].getStats();
        const { selectedCandidatePairId } = [...stats.values()].find((s) => s.type === 'transport');
        const pair = stats.get(selectedCandidatePairId);
        return [pair.localCandidateId, pair.remoteCandidateId].map(
            (id) => stats.get(id).candidateType,
        );
    });

describe('turn', () => {
    callTest('two who reach each other through a relay only', async ({ come }) => {
        const [alice, bob] = [await come('alice', confined), await come('bob', confined)];
        await startCall(alice, 'mesh');
        await acceptRing(bob);
        await expectMediaFrom(alice, jids('bob'));
        await expectMediaFrom(bob, jids('alice'));
        for (const tab of [alice, bob]) assert.deepEqual(await way(tab), ['relay', 'relay']);
        assert.deepEqual([...coturn.users()].sort(), jids('alice', 'bob'));
    });
});
