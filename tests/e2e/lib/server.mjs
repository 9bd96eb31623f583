/** A private parleyd with its own data folder on free loopback ports. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 10_000;
const run = promisify(execFile);

const DOMAIN = 'localhost';
const MUC = 'conference.localhost';
const SFU = 'sfu.localhost';

export function need(variable) {
    const value = process.env[variable];
    if (!value)
        throw new Error(`${variable} is not set; ctest sets it, or see tests/e2e/README.md`);
    return path.resolve(value);
}

export async function freePort() {
    const probe = net.createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address();
    probe.close();
    await once(probe, 'close');
    return port;
}

const configuration = (folder, ports, limits) => `
domain = "${DOMAIN}"
data_dir = "${folder}/data"
http_root = "${need('PARLEY_HTTP_ROOT')}"
admins = ["admin@${DOMAIN}"]
log_level = "debug"

[c2s]
listen = []

[http]
listen = ["127.0.0.1:${ports.http}"]

[limits]
${Object.entries(limits)
    .map(([key, value]) => `${key} = ${value}`)
    .join('\n')}

[muc]
domain = "${MUC}"

[modules.parley]
path = "${need('PARLEY_MODULE')}"

[modules.parley.options]
sfu_jid = "${SFU}"
sfu_addresses = ["127.0.0.1"]
proposals_per_minute_max = 100
`;

/**
 * Starts a server with these accounts (password `pw-` and the name) and `[limits]`; its log goes to
 * `logFile`.
 */
export async function startServer(accounts, logFile, limits = {}) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-e2e-'));
    const ports = { http: await freePort() };
    const config = path.join(folder, 'parleyd.toml');
    await mkdir(path.join(folder, 'data'));
    await writeFile(config, configuration(folder, ports, limits));
    const control = (...args) =>
        run(need('PARLEYCTL'), ['--config', config, ...args], { timeout: 20_000 });
    for (const name of accounts)
        await control('account', 'create', `${name}@${DOMAIN}`, '--password', `pw-${name}`);

    const log = createWriteStream(logFile);
    const pageUrl = `http://localhost:${ports.http}/`;
    let daemon;

    const start = async () => {
        daemon = spawn(need('PARLEYD'), ['--config', config], {
            stdio: ['ignore', 'pipe', 'pipe'],
        });
        daemon.stdout.pipe(log, { end: false });
        daemon.stderr.pipe(log, { end: false });
        await answering(pageUrl, daemon, logFile);
    };
    const halt = (signal) => halted(daemon, signal);
    await start();

    return {
        domain: DOMAIN,
        pageUrl,
        websocketUrl: `ws://localhost:${ports.http}/xmpp-websocket`,
        start,
        halt,
        /**
         * Creates a private room with these members, the first being its owner; returns its
         * address.
         */
        async createRoom(name, members, title = name) {
            const jid = `${name}@${MUC}`;
            const [owner, ...others] = members.map((m) => `${m}@${DOMAIN}`);
            await control(
                'room',
                'create',
                jid,
                '--title',
                title,
                '--owner',
                owner,
                ...others.flatMap((m) => ['--member', m]),
            );
            return jid;
        },
        async stop() {
            const end = await halt();
            log.end();
            await rm(folder, { recursive: true, force: true });
            return end;
        },
    };
}

export async function answering(url, daemon, logFile) {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
        if (daemon.exitCode !== null)
            throw new Error(`the server ended at once (${daemon.exitCode}): see ${logFile}`);
        try {
            if ((await fetch(url)).ok) return;
        } catch {
            // Not listening yet.
        }
        if (Date.now() > deadline)
            throw new Error(`the server does not serve the page at ${url}: see ${logFile}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

/** Ends a daemon, in an orderly way unless told otherwise; returns how it ended. */
export async function halted(daemon, signal = 'SIGTERM') {
    daemon.kill(signal);
    const late = setTimeout(() => daemon.kill('SIGKILL'), STOP_TIMEOUT_MS);
    if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit');
    clearTimeout(late);
    return { exitCode: daemon.exitCode, signal: daemon.signalCode };
}
