/** Participants that are no browsers (tests/e2e/peers). */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { REPORTS } from './report.mjs';
import { halted, SFU } from './server.mjs';

const PROGRAM = fileURLToPath(new URL('../peers/peer.py', import.meta.url));
const PYTHON = process.env.PARLEY_PYTHON ?? '/usr/bin/python3';

/** One of them, whose `mediaStats` are those of a browser's tab. What it complains of is among the reports. */
class Peer {
    constructor(process) {
        this.process = process;
        this.answers = readline.createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    }

    async answer() {
        const { value, done } = await this.answers.next();
        if (done) throw new Error(`the peer has ended: see the logs of peers in ${REPORTS}`);
        return JSON.parse(value);
    }

    do(command) {
        this.process.stdin.write(`${command}\n`);
        return this.answer();
    }

    startCall() {
        return this.do(`start ${SFU}`);
    }

    joinCall() {
        return this.do('join');
    }

    mediaStats() {
        return this.do('stats');
    }

    leaveCall() {
        return this.do('leave');
    }

    close() {
        return halted(this.process);
    }
}

/** Brings a person with such a client into the room, which says that it knows video of one codec only. */
export async function startPeer(backend, server, who, room, videoCodec = 'VP8') {
    const child = spawn(
        PYTHON,
        [
            ...[PROGRAM, '--backend', backend, '--room', room, '--domain', server.domain],
            ...['--c2s', server.c2sPort, '--ca-file', server.certificate],
            ...['--video-codec', videoCodec, who, `pw-${who}`],
        ],
        { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    child.stderr.pipe(createWriteStream(path.join(REPORTS, `${backend}-${who}.log`)));
    child.stdin.on('error', () => undefined); // It has ended, and `answer` says so.
    const peer = new Peer(child);
    await peer.answer();
    return peer;
}
