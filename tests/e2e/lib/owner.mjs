/** A room owner, who reconfigures rooms. */
import { asClient, xml } from './client.mjs';

const OWNER = 'http://jabber.org/protocol/muc#owner';

/**
 * Sets fields of the room's configuration (XEP-0045 section 10.2), such as `{ membersonly: false
 * }`.
 */
export async function configureRoom(server, name, room, fields) {
    const values = { FORM_TYPE: 'http://jabber.org/protocol/muc#roomconfig' };
    for (const [field, value] of Object.entries(fields)) {
        values[`muc#roomconfig_${field}`] =
            typeof value === 'boolean' ? String(Number(value)) : value;
    }
    const submitted = xml(
        'x',
        { xmlns: 'jabber:x:data', type: 'submit' },
        ...Object.entries(values).map(([field, value]) =>
            xml('field', { var: field }, xml('value', {}, value)),
        ),
    );
    await asClient(server, name, 'owner', (request) =>
        request(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: OWNER }, submitted))),
    );
}
