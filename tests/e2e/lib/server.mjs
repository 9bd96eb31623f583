/** What the private servers share: a data folder, a free loopback port, a daemon and its log. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const START_TIMEOUT_MS = 40_000;
const STOP_TIMEOUT_MS = 10_000;

export const DOMAIN = 'localhost';
export const MUC = 'conference.localhost';
export const SFU = 'sfu.localhost';

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

/** A server that does not run yet, whose page and WebSocket will be at `port`. */
export async function privateServer(name, logFile) {
    const folder = await mkdtemp(path.join(os.tmpdir(), `parley-e2e-${name}-`));
    const port = await freePort();
    const pageUrl = `http://localhost:${port}/`;
    const log = createWriteStream(logFile);
    let daemon;
    const halt = (signal) => halted(daemon, signal);

    return {
        folder,
        port,
        domain: DOMAIN,
        pageUrl,
        websocketUrl: `ws://localhost:${port}/xmpp-websocket`,
        /** Runs the server in the foreground; returns when it serves the page. */
        async run(command, args, env = {}) {
            daemon = spawn(command, args, {
                stdio: ['ignore', 'pipe', 'pipe'],
                env: { ...process.env, ...env },
            });
            daemon.stdout.pipe(log, { end: false });
            daemon.stderr.pipe(log, { end: false });
            await answering(pageUrl, daemon, logFile);
        },
        halt,
        async stop() {
            const end = await halt();
            log.end();
            await rm(folder, { recursive: true, force: true });
            return end;
        },
    };
}

async function answering(url, daemon, logFile) {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
        if (daemon.exitCode !== null)
            throw new Error(`the server ended at once (${daemon.exitCode}): see ${logFile}`);
        try {
            if ((await fetch(url)).ok) return;
        } catch {
            // Not listening yet.
        }
        if (Date.now() > deadline) {
            daemon.kill('SIGKILL');
            throw new Error(`the server does not serve the page at ${url}: see ${logFile}`);
        }
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
