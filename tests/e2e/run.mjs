/** Runs the browser tests, one file after the other; the last line counts them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPORTS } from './lib/report.mjs';

const FILE_TIMEOUT_MS = 600_000;
const folder = path.dirname(fileURLToPath(import.meta.url));
const names = process.argv.slice(2);
const total = { pass: 0, fail: 0, skipped: 0 };
let failed = false;

for (const name of names.length ? names : ['calls.test.mjs', 'loss.test.mjs', 'page.test.mjs']) {
    const tap = path.join(REPORTS, `${path.basename(name)}.tap`);
    const { status } = spawnSync(
        process.execPath,
        [
            '--test',
            '--test-reporter=spec',
            '--test-reporter-destination=stdout',
            '--test-reporter=tap',
            `--test-reporter-destination=${tap}`,
            path.resolve(folder, name),
        ],
        { stdio: 'inherit', timeout: FILE_TIMEOUT_MS },
    );
    const report = readFileSync(tap, 'utf8');
    const count = (key) => Number(new RegExp(`^# ${key} (\\d+)$`, 'm').exec(report)?.[1] ?? 0);
    total.pass += count('pass');
    total.fail += count('fail') + count('cancelled');
    total.skipped += count('skipped');
    failed ||= status !== 0 || count('pass') + count('skipped') === 0;
}
console.log(`${total.pass} passed, ${total.fail} failed`);
const SKIPPED = 77;
if (failed) process.exitCode = 1;
else if (total.pass === 0 && total.skipped > 0) process.exitCode = SKIPPED;
