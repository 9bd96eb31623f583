import type { JSX } from 'preact';
import type { RoomView } from '../state';
import { Avatar } from './avatar';

const ROLE_WORDS: Record<string, string> = { owner: 'owner', admin: 'admin' };

export function PeopleList({ room, inCall }: { room: RoomView; inCall: string[] }): JSX.Element {
    return (
        <ul class="people" data-testid="people">
            {room.occupants.map((o) => (
                <li
                    key={o.nick}
                    data-testid="occupant"
                    data-nick={o.nick}
                    data-in-call={inCall.includes(o.nick) ? 'true' : 'false'}
                >
                    <Avatar name={o.nick} />
                    <span class="person">
                        <span class="person-name">
                            {o.nick}
                            {o.nick === room.ownNick && <span class="quiet"> (you)</span>}
                        </span>
                        {o.jid && <span class="person-jid">{o.jid.split('/')[0]}</span>}
                    </span>
                    {ROLE_WORDS[o.affiliation] && (
                        <span class="badge">{ROLE_WORDS[o.affiliation]}</span>
                    )}
                    {inCall.includes(o.nick) && <span class="badge live">in call</span>}
                </li>
            ))}
        </ul>
    );
}
