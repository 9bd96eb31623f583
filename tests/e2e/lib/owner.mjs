/** A room owner at work beside the browsers: an independent XMPP client that reconfigures rooms. */
import { webcrypto } from 'node:crypto';
import WebSocket from 'ws';

// @xmpp/client expects these globals, which Node 18 does not have.
globalThis.crypto ??= webcrypto;
globalThis.WebSocket ??= WebSocket;
const { client, xml } = await import('@xmpp/client');

const OWNER = 'http://jabber.org/protocol/muc#owner';

/**
 * Sets fields of the room's configuration (XEP-0045 section 10.2), such as `{ membersonly: false
 * }`.
 */
export async function configureRoom(server, name, room, fields) {
    const xmpp = client({
        service: server.websocketUrl,
        domain: server.domain,
        username: name,
        password: `pw-${name}`,
        resource: 'owner',
    });
    xmpp.on('error', () => undefined);
    await xmpp.start();
    try {
        const values = { FORM_TYPE: 'http://jabber.org/protocol/muc#roomconfig' };
        for (const [field, value] of Object.entries(fields)) {
            values[`muc#roomconfig_${field}`] =
                typeof value === 'boolean' ? String(Number(value)) : value;
        }
        await xmpp.iqCaller.request(
            xml(
                'iq',
                { type: 'set', to: room },
                xml(
                    'query',
                    { xmlns: OWNER },
                    xml(
                        'x',
                        { xmlns: 'jabber:x:data', type: 'submit' },
                        ...Object.entries(values).map(([field, value]) =>
                            xml('field', { var: field }, xml('value', {}, value)),
                        ),
                    ),
                ),
            ),
        );
    } finally {
        await xmpp.stop();
    }
}
