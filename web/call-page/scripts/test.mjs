/** Runs the bundled unit tests with Node's test runner; the last line counts them. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bundles = path.join(root, 'build/tests');
const tap = path.join(bundles, 'report.tap');
const files = readdirSync(bundles)
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => path.join(bundles, name));
const { status } = spawnSync(
    process.execPath,
    [
        '--test',
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        '--test-reporter=tap',
        `--test-reporter-destination=${tap}`,
        ...files,
    ],
    { cwd: root, stdio: 'inherit', timeout: 120_000 },
);
const report = readFileSync(tap, 'utf8');
const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(report)?.[1] ?? 0);
console.log(`${count('pass')} passed, ${count('fail') + count('cancelled')} failed`);
process.exitCode = status === 0 && count('pass') > 0 ? 0 : 1;
