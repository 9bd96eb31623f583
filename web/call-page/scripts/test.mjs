/** Runs the bundled unit tests with Node's test runner; the last line counts them. */
import { spec } from 'node:test/reporters';
import { run } from 'node:test';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'build/tests');
const files = (await readdir(folder)).filter((name) => name.endsWith('.mjs')).map((name) => path.join(folder, name));
const count = { pass: 0, fail: 0 };
const stream = run({ files, timeout: 60_000, concurrency: true });
stream.on('test:pass', (t) => { if (t.details.type !== 'suite') count.pass += 1; });
stream.on('test:fail', (t) => { if (t.details.type !== 'suite') count.fail += 1; });
const report = typeof spec === 'function' && spec.prototype?._transform ? new spec() : spec;
stream.compose(report).on('end', () => {
  console.log(`${count.pass} passed, ${count.fail} failed`);
  process.exitCode = count.fail || count.pass === 0 ? 1 : 0;
}).pipe(process.stdout, { end: false });
