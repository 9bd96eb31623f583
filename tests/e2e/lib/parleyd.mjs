/** A private parleyd. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { DOMAIN, MUC, need, privateServer, SFU } from './server.mjs';

const run = promisify(execFile);

const configuration = ({ folder, port }, limits, more, options, addresses) => `
domain = "${DOMAIN}"
data_dir = "${folder}/data"
http_root = "${need('PARLEY_HTTP_ROOT')}"
admins = ["admin@${DOMAIN}"]
log_level = "debug"

[c2s]
listen = []

[http]
listen = ["127.0.0.1:${port}"]

[limits]
${Object.entries(limits)
    .map(([key, value]) => `${key} = ${value}`)
    .join('\n')}
${more}
[muc]
domain = "${MUC}"

[modules.parley]
path = "${need('PARLEY_MODULE')}"

[modules.parley.options]
sfu_jid = "${SFU}"
sfu_addresses = ${JSON.stringify(addresses)}
proposals_per_minute_max = 100
${options}
`;

/**
 * Starts a server with these accounts (password `pw-` and the name), `[limits]`, `more` tables of
 * the configuration and further `options` of the module; its SFU listens at `addresses`. Its log
 * goes to `logFile`.
 */
export async function startServer(
    accounts,
    logFile,
    limits = {},
    more = '',
    options = '',
    addresses = ['127.0.0.1'],
) {
    const server = await privateServer('parleyd', logFile);
    const config = path.join(server.folder, 'parleyd.toml');
    await mkdir(path.join(server.folder, 'data'));
    await writeFile(config, configuration(server, limits, more, options, addresses));
    const control = (...args) =>
        run(need('PARLEYCTL'), ['--config', config, ...args], { timeout: 20_000 });
    for (const name of accounts)
        await control('account', 'create', `${name}@${DOMAIN}`, '--password', `pw-${name}`);
    const start = () => server.run(need('PARLEYD'), ['--config', config]);
    await start();

    return {
        ...server,
        start,
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
    };
}
