/**
 * A private ejabberd that hosts the module and serves the page: Debian's. ERL_LIBS has the folders
 * of the applications ejabberd and parley. The Erlang node has no name: it needs no epmd and
 * nobody else can reach it.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DOMAIN, MUC, need, privateServer, SFU } from './server.mjs';

const configuration = ({ port }) => `
hosts: [${DOMAIN}]
loglevel: info
auth_method: internal
api_permissions:
  tests:
    from: mod_http_api
    who: {ip: "127.0.0.1"}
    what: [register, create_room_with_opts, set_room_affiliation]
listen:
  -
    port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /xmpp-websocket: ejabberd_http_ws
      /api: mod_http_api
      /: mod_http_fileserver
modules:
  mod_disco: {}
  mod_http_api: {}
  mod_http_fileserver:
    docroot: "${need('PARLEY_HTTP_ROOT')}"
    directory_indices: [index.html]
  mod_muc:
    host: ${MUC}
  mod_muc_admin: {}
  mod_parley:
    module: "${need('PARLEY_MODULE')}"
    options:
      sfu_jid: ${SFU}
      sfu_addresses: ["127.0.0.1"]
  mod_ping: {}
  mod_roster: {}
`;

const PRIVATE = { members_only: true, anonymous: false, persistent: true };

/** Starts a server with these accounts (password `pw-` and the name); its log goes to `logFile`. */
export async function startServer(accounts, logFile) {
    const server = await privateServer('ejabberd', logFile);
    const { folder, pageUrl } = server;
    const config = path.join(folder, 'ejabberd.yml');
    await writeFile(config, configuration(server));
    const database = `"${path.join(folder, 'database')}"`;
    // It accepts connections once its modules are loaded.
    await server.run('erl', ['-noinput', '-mnesia', 'dir', database, '-s', 'ejabberd'], {
        EJABBERD_CONFIG_PATH: config,
        EJABBERD_LOG_PATH: path.join(folder, 'ejabberd.log'),
        ERL_CRASH_DUMP: path.join(folder, 'erl_crash.dump'),
    });

    /** One of ejabberdctl's commands. */
    const control = async (command, args) => {
        const answer = await fetch(`${pageUrl}api/${command}`, {
            method: 'POST',
            body: JSON.stringify(args),
        });
        const result = await answer.text();
        // A command that fails may only say so by its exit status.
        if (!answer.ok || result === '1')
            throw new Error(`${command} ${JSON.stringify(args)}: ${answer.status} ${result}`);
    };
    for (const name of accounts)
        await control('register', { user: name, host: DOMAIN, password: `pw-${name}` });

    return {
        ...server,
        /**
         * Creates a private room with these members, the first being its owner; returns its
         * address.
         */
        async createRoom(name, members, title = name) {
            const options = Object.entries({ ...PRIVATE, title });
            await control('create_room_with_opts', {
                name,
                service: MUC,
                host: DOMAIN,
                options: options.map(([key, value]) => ({ name: key, value: String(value) })),
            });
            for (const [i, member] of members.entries()) {
                await control('set_room_affiliation', {
                    name,
                    service: MUC,
                    jid: `${member}@${DOMAIN}`,
                    affiliation: i === 0 ? 'owner' : 'member',
                });
            }
            return `${name}@${MUC}`;
        },
    };
}
