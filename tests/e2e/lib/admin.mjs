/** An administrator of the server, who executes the module's commands (XEP-0050). */
import { asClient, xml } from './client.mjs';

export const ADMIN = 'admin';

const COMMANDS = 'http://jabber.org/protocol/commands';

/** The rows of a command's result (XEP-0004 section 3.4): `{ var: [value…] }` each. */
async function table(request, server, node, fields = {}) {
    const submitted = Object.entries(fields).map(([field, value]) =>
        xml('field', { var: field }, xml('value', {}, value)),
    );
    const answer = await request(
        xml(
            'iq',
            { type: 'set', to: server.domain },
            xml(
                'command',
                { xmlns: COMMANDS, node: `urn:parley:admin:0#${node}`, action: 'execute' },
                xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, ...submitted),
            ),
        ),
    );
    const form = answer.getChild('command', COMMANDS).getChild('x', 'jabber:x:data');
    return form
        .getChildren('item')
        .map((item) =>
            Object.fromEntries(
                item
                    .getChildren('field')
                    .map((field) => [
                        field.attrs.var,
                        field.getChildren('value').map((value) => value.getText()),
                    ]),
            ),
        );
}

/** What the command "one call in detail" says of each participant of the room's call. */
export async function participantsInDetail(server, room) {
    return asClient(server, ADMIN, 'console', async (request) => {
        const calls = await table(request, server, 'active-calls');
        const [call] = calls.filter((each) => each.room[0] === room);
        return table(request, server, 'call', { call: call.id[0] });
    });
}
