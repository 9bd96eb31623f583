/** An independent XMPP client at work beside the browsers. */
import { webcrypto } from 'node:crypto';
import WebSocket from 'ws';

// @xmpp/client expects these globals, which Node 18 does not have.
globalThis.crypto ??= webcrypto;
globalThis.WebSocket ??= WebSocket;
const { client, xml } = await import('@xmpp/client');

export { xml };

/** Logs in, gives `body` what sends an IQ and returns its answer, and logs out. */
export async function asClient(server, name, resource, body) {
    const xmpp = client({
        service: server.websocketUrl,
        domain: server.domain,
        username: name,
        password: `pw-${name}`,
        resource,
    });
    xmpp.on('error', () => undefined);
    await xmpp.start();
    try {
        return await body((iq) => xmpp.iqCaller.request(iq));
    } finally {
        await xmpp.stop();
    }
}
