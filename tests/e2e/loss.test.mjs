/**
 * Browsers that go away without a word: the others are told within the time that the configuration
 * says.
 */
import { describe } from 'node:test';
import { processTree } from './lib/browsers.mjs';
import { callTests, jids } from './lib/call-test.mjs';
import { acceptRing, expectMediaFrom, startCall } from './lib/people.mjs';

const PING_INTERVAL_S = 5;
const PING_TIMEOUT_S = 5;
/**
 * A killed browser's sockets are closed by its system at once; the room must have said so by then.
 */
const DEATH_NOTICED_MS = 5_000;
/**
 * A frozen one says nothing; the server notices when a ping stays unanswered. Some leeway for a
 * busy machine.
 */
const FREEZE_NOTICED_MS = (PING_INTERVAL_S + PING_TIMEOUT_S + 3) * 1_000;

const { callTest, world } = callTests('loss', {
    limits: { ping_interval_s: PING_INTERVAL_S, ping_timeout_s: PING_TIMEOUT_S },
});

describe('loss', () => {
    callTest('a killed browser leaves the call', async ({ come, start }) => {
        const doomed = await start(world.startChromium);
        const [alice, bob, carol] = [
            await come('alice'),
            await come('bob'),
            await come('carol', doomed),
        ];
        await startCall(alice, 'sfu');
        await acceptRing(bob);
        await acceptRing(carol);
        await expectMediaFrom(alice, jids('bob', 'carol'));
        process.kill(doomed.pid, 'SIGKILL');
        await Promise.all(
            [alice, bob].map((tab) => tab.gone('tile', { nick: 'carol' }, DEATH_NOTICED_MS)),
        );
        await expectMediaFrom(alice, jids('bob'));
        await expectMediaFrom(bob, jids('alice'));
    });

    callTest(
        'a browser that hangs leaves the call when its pings stay unanswered',
        async ({ come, start }) => {
            const frozen = await start(world.startChromium);
            const [alice, bob, carol] = [
                await come('alice'),
                await come('bob'),
                await come('carol', frozen),
            ];
            await startCall(alice, 'sfu');
            await acceptRing(bob);
            await acceptRing(carol);
            await expectMediaFrom(alice, jids('bob', 'carol'));
            const pids = processTree(frozen.pid);
            for (const pid of pids) process.kill(pid, 'SIGSTOP');
            try {
                await Promise.all(
                    [alice, bob].map((tab) =>
                        tab.gone('tile', { nick: 'carol' }, FREEZE_NOTICED_MS),
                    ),
                );
            } finally {
                for (const pid of pids.reverse()) process.kill(pid, 'SIGKILL');
            }
            await expectMediaFrom(bob, jids('alice'));
        },
    );
});
