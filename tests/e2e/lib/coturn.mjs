/** A private coturn on loopback, which knows its users by the credentials that parleyd makes. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort, halted } from './server.mjs';

const COTURN = process.env.PARLEY_COTURN ?? 'turnserver';
const START_TIMEOUT_MS = 20_000;

/** Starts it; `configuration` is what parleyd has to know, and `sfuOptions` what the module, for its SFU. */
export async function startCoturn(relayAddress) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-e2e-coturn-'));
    const port = await freePort();
    const secret = randomUUID();
    const daemon = spawn(
        COTURN,
        [
            ...['-n', '--verbose', '--log-file=stdout', '--no-cli', '--no-tls', '--no-dtls'],
            ...[
                '--listening-ip=127.0.0.1',
                `--relay-ip=${relayAddress}`,
                `--listening-port=${port}`,
            ],
            ...['--allow-loopback-peers', '--realm=localhost'],
            ...['--use-auth-secret', `--static-auth-secret=${secret}`],
            ...[`--userdb=${folder}/users`, `--pidfile=${folder}/pid`],
        ],
        { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let log = '';
    for (const stream of [daemon.stdout, daemon.stderr]) stream.on('data', (text) => (log += text));
    await listening(daemon, () => log);
    return {
        configuration: `
[[ice.services]]
type = "turn"
host = "127.0.0.1"
port = ${port}
secret = "${secret}"
`,
        sfuOptions: `
sfu_turn_server = "127.0.0.1:${port}"
sfu_turn_secret = "${secret}"
`,
        /** Names of the users for whom it relays or has relayed. */
        users: () =>
            new Set(
                [
                    ...log.matchAll(
                        /user <\d+:([^>]+)>: incoming packet ALLOCATE processed, success/g,
                    ),
                ].map(([, user]) => user),
            ),
        async stop() {
            await halted(daemon);
            await rm(folder, { recursive: true, force: true });
        },
    };
}

async function listening(daemon, log) {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!/UDP listener opened on: 127\.0\.0\.1/.test(log())) {
        if (daemon.exitCode !== null || Date.now() > deadline) {
            daemon.kill('SIGKILL');
            throw new Error(`coturn does not listen: ${log()}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}
