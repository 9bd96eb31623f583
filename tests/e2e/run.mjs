/** Runs the browser tests one after the other; the last line counts them. */
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const folder = path.dirname(fileURLToPath(import.meta.url));
const names = process.argv.slice(2);
const files = (names.length ? names : ['calls.test.mjs', 'page.test.mjs']).map((name) => path.resolve(folder, name));
const count = { passed: 0, failed: 0 };
const stream = run({ files, concurrency: false, timeout: 900_000 });
stream.on('test:pass', ({ details }) => { if (details.type !== 'suite') count.passed += 1; });
stream.on('test:fail', ({ details }) => { if (details.type !== 'suite') count.failed += 1; });
const report = typeof spec === 'function' && spec.prototype?._transform ? new spec() : spec;
stream.compose(report).on('end', () => {
  console.log(`${count.passed} passed, ${count.failed} failed`);
  process.exitCode = count.failed || count.passed === 0 ? 1 : 0;
}).pipe(process.stdout, { end: false });
