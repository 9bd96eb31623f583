/** A private parleyd. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { DOMAIN, freePort, MUC, need, privateServer, SFU } from './server.mjs';

const run = promisify(execFile);

const configuration = ({ folder, port }, c2s, limits, more, options, addresses) => `
domain = "${DOMAIN}"
data_dir = "${folder}/data"
http_root = "${need('PARLEY_HTTP_ROOT')}"
admins = ["admin@${DOMAIN}"]
log_level = "debug"

[c2s]
listen = ["127.0.0.1:${c2s.c2sPort}"]

[tls]
certificate = "${c2s.certificate}"
key = "${folder}/key.pem"

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

/** What clients other than browsers need: a port with STARTTLS, and its certificate. */
async function prepareC2s({ folder }) {
    const certificate = `${folder}/cert.pem`;
    await run('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
        ...['-days', '30', '-subj', `/CN=${DOMAIN}`, '-addext', `subjectAltName=DNS:${DOMAIN}`],
        ...['-keyout', `${folder}/key.pem`, '-out', certificate],
    ]);
    return { c2sPort: await freePort(), certificate };
}

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
    const c2s = await prepareC2s(server);
    await writeFile(config, configuration(server, c2s, limits, more, options, addresses));
    const control = (...args) =>
        run(need('PARLEYCTL'), ['--config', config, ...args], { timeout: 20_000 });
    for (const name of accounts)
        await control('account', 'create', `${name}@${DOMAIN}`, '--password', `pw-${name}`);
    const start = () => server.run(need('PARLEYD'), ['--config', config]);
    await start();

    return {
        ...server,
        ...c2s,
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
