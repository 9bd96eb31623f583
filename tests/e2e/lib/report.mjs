/** Keeps what is needed to understand a failed test: screenshots and console logs in build/e2e/. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

export const REPORTS = path.resolve(process.env.PARLEY_E2E_REPORTS ?? 'build/e2e');
await mkdir(REPORTS, { recursive: true });

const slug = (name) =>
    name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .slice(0, 60);

/** Runs `body`; if it throws, saves what every tab shows and logged, and throws on. */
export async function reported(name, tabs, body) {
    try {
        await body();
    } catch (error) {
        await Promise.all(
            Object.entries(tabs).map(async ([who, tab]) => {
                const file = path.join(REPORTS, `${slug(name)}-${who}`);
                await tab.screenshot(`${file}.png`).catch(() => undefined);
                const stats = await tab
                    .evaluate(() => window.parley?.stats())
                    .catch((e) => String(e));
                await writeFile(
                    `${file}.log`,
                    `${tab.log.join('\n')}\n${JSON.stringify(stats, null, 1)}\n`,
                );
            }),
        );
        error.message += ` (screenshots and logs: ${REPORTS})`;
        throw error;
    }
}
