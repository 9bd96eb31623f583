/**
 * Bundles the page into dist/ (or --out FOLDER) and, with --tests, the unit tests into
 * build/tests/.
 */
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { out: { type: 'string' }, tests: { type: 'boolean' } } });

async function bundlePage(out) {
    await rm(out, { recursive: true, force: true });
    await mkdir(out, { recursive: true });
    await cp(path.join(root, 'static'), out, { recursive: true });
    await build({
        entryPoints: { 'call-page': path.join(root, 'src/main.tsx') },
        outdir: out,
        bundle: true,
        minify: true,
        sourcemap: true,
        format: 'esm',
        target: ['chrome109', 'firefox115', 'safari16'],
        jsx: 'automatic',
        jsxImportSource: 'preact',
        logLevel: 'warning',
        legalComments: 'linked',
    });
    await build({
        entryPoints: { 'call-page': path.join(root, 'src/ui/style.css') },
        outdir: out,
        bundle: true,
        minify: true,
        logLevel: 'warning',
    });
}

async function bundleTests(out) {
    const files = (await readdir(path.join(root, 'test'))).filter((name) =>
        /\.test\.tsx?$/.test(name),
    );
    await rm(out, { recursive: true, force: true });
    await build({
        entryPoints: files.map((name) => path.join(root, 'test', name)),
        outdir: out,
        bundle: true,
        platform: 'node',
        format: 'esm',
        packages: 'external',
        target: 'node18',
        outExtension: { '.js': '.mjs' },
        sourcemap: 'inline',
        logLevel: 'warning',
        jsx: 'automatic',
        jsxImportSource: 'preact',
    });
}

if (values.tests) await bundleTests(path.join(root, 'build/tests'));
else await bundlePage(path.resolve(values.out ?? path.join(root, 'dist')));
