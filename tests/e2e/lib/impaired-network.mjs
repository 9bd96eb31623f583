/**
 * A network of its own behind a bad line: two network namespaces, joined by tools/tunem.cpp. The
 * near one is where the tests run. Needs root and /dev/net/tun.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { need } from './server.mjs';

const run = promisify(execFile);

export const NEAR_ADDRESS = '10.99.0.1';
const FAR_ADDRESS = '10.99.0.2';

/** Why there can be none on this machine; nothing if there can. */
export async function whyNoImpairedNetwork() {
    if (process.getuid() !== 0) return 'needs root, to make network namespaces';
    try {
        await (await open('/dev/net/tun', 'r+')).close();
        await run('ip', ['netns', 'add', `parley-try-${process.pid}`]);
        await run('ip', ['netns', 'delete', `parley-try-${process.pid}`]);
    } catch (error) {
        return `needs network namespaces and /dev/net/tun: ${error.message}`;
    }
    return undefined;
}

/** Passes connections on from one place, an address or a socket's path, to another. */
function forward(from, to) {
    const server = net.createServer((near) => {
        const far = net.connect(to);
        near.pipe(far).pipe(near);
        for (const socket of [near, far])
            socket.on('error', () => [near, far].map((s) => s.destroy()));
    });
    server.listen(from);
    return server;
}

const FORWARDER = `(${forward})(JSON.parse(process.argv[1]), JSON.parse(process.argv[2]))`.replace(
    'net.',
    'require("node:net").',
);

/**
 * `line`: `{ delayMs, lossPercent, kbit, queueMs }` of each direction. `program` runs a command
 * behind it, `cut` lets nothing through until `restore`. What listens at `port` of this machine's
 * loopback is at the same place there, and past the line: it is the media that are to suffer.
 */
export async function startImpairedNetwork(line, port) {
    const near = `parley-near-${process.pid}`;
    const far = `parley-far-${process.pid}`;
    const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-line-'));
    const children = [];
    const start = (command, args, stdio = 'ignore') => {
        const child = spawn(command, args, { stdio });
        children.push(child);
        return child;
    };
    await run('ip', ['netns', 'attach', near, String(process.pid)]);
    await run('ip', ['netns', 'add', far]);
    const { delayMs, lossPercent, kbit, queueMs } = line;
    const relay = start(
        need('PARLEY_TUNEM'),
        [near, far, delayMs, 0, lossPercent, kbit, queueMs].map(String),
        ['ignore', 'pipe', 'ignore'],
    );
    await once(relay.stdout, 'data');
    for (const [name, address] of [
        [near, NEAR_ADDRESS],
        [far, FAR_ADDRESS],
    ]) {
        await run('ip', ['-n', name, 'addr', 'add', `${address}/24`, 'dev', 'em0']);
        await run('ip', ['-n', name, 'link', 'set', 'em0', 'up']);
    }
    await run('ip', ['-n', far, 'link', 'set', 'lo', 'up']);
    await run('ip', ['-n', far, 'route', 'add', 'default', 'dev', 'em0']);
    const passage = { path: path.join(folder, 'passage') };
    const here = forward(passage, { host: '127.0.0.1', port });
    start('ip', [
        ...['netns', 'exec', far, process.execPath, '-e', FORWARDER],
        JSON.stringify({ host: 'localhost', port }),
        JSON.stringify(passage),
    ]);
    return {
        async program(command) {
            const script = path.join(folder, path.basename(command));
            await writeFile(script, `#!/bin/sh\nexec ip netns exec ${far} ${command} "$@"\n`);
            await chmod(script, 0o755);
            return script;
        },
        cut: () => relay.kill('SIGUSR1'),
        restore: () => relay.kill('SIGUSR2'),
        async stop() {
            here.close();
            for (const child of children) child.kill();
            await run('ip', ['netns', 'delete', far]);
            await run('ip', ['netns', 'delete', near]);
            await rm(folder, { recursive: true, force: true });
        },
    };
}
