/**
 * A private Prosody that hosts the module and serves the page: Debian's. PARLEY_PROSODY_MODULES is
 * the folder with mod_parley.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DOMAIN, MUC, need, privateServer, SFU } from './server.mjs';

const configuration = ({ folder, port }) => `
run_as_root = true
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
plugin_paths = { "${need('PARLEY_PROSODY_MODULES')}" }
log = { { levels = { min = "info" }, to = "console" } }
interfaces = { "127.0.0.1" }
c2s_ports = { }
s2s_ports = { }
http_ports = { ${port} }
https_ports = { }
http_files_dir = "${need('PARLEY_HTTP_ROOT')}"
http_paths = { files = "/" }
modules_enabled = { "roster"; "saslauth"; "disco"; "ping"; "websocket"; "http_files"; "admin_adhoc" }
modules_disabled = { "s2s" }
authentication = "internal_plain"
consider_websocket_secure = true
VirtualHost "${DOMAIN}"
Component "${MUC}" "muc"
    modules_enabled = { "parley" }
    parley_module = "${need('PARLEY_MODULE')}"
    parley_options = { sfu_jid = "${SFU}"; sfu_addresses = { "127.0.0.1" } }
`;

/** The file name that Prosody's storage has for a name. */
const encoded = (name) =>
    name.replace(/[^A-Za-z0-9]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** Starts a server with these accounts (password `pw-` and the name); its log goes to `logFile`. */
export async function startServer(accounts, logFile) {
    const server = await privateServer('prosody', logFile);
    const stored = async (host, store, name, lua) => {
        const directory = path.join(server.folder, 'data', encoded(host), store);
        await mkdir(directory, { recursive: true });
        await writeFile(path.join(directory, `${encoded(name)}.dat`), `return {\n${lua}\n};\n`);
    };
    const config = path.join(server.folder, 'prosody.cfg.lua');
    await writeFile(config, configuration(server));
    for (const name of accounts)
        await stored(DOMAIN, 'accounts', name, `["password"] = "pw-${name}";`);
    await server.run('prosody', ['-F', '--config', config]);

    return {
        ...server,
        /**
         * Stores a private room with these members, the first being its owner; Prosody reads it
         * when somebody enters.
         */
        async createRoom(name, members, title = name) {
            const jid = `${name}@${MUC}`;
            const affiliations = members.map(
                (m, i) => `["${m}@${DOMAIN}"] = "${i === 0 ? 'owner' : 'member'}";`,
            );
            await stored(
                MUC,
                'config',
                name,
                `["_jid"] = "${jid}";
["_data"] = { ["name"] = "${title}"; ["members_only"] = true; ["whois"] = "anyone"; ["persistent"] = true; };
${affiliations.join('\n')}`,
            );
            return jid;
        },
        async stop() {
            // Prosody 0.12 runs its signal handlers amid whatever it is doing, and hangs if that is the end of a session.
            await new Promise((resolve) => setTimeout(resolve, 300));
            return server.stop();
        },
    };
}
