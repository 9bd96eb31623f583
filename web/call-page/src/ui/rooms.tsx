import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app';
import { remember, remembered } from '../remembered';
import type { AppState } from '../state';
import type { RoomListing } from '../xmpp/disco';
import { completeJid, domainOf } from '../xmpp/jid';
import { LockIcon, OpenIcon, RefreshIcon, WarningIcon } from './icons';

export function Rooms({ app, state }: { app: App; state: AppState }): JSX.Element {
    const [typed, setTyped] = useState(remembered('room') ?? '');
    const [invalid, setInvalid] = useState(false);
    const service = state.roomService ?? `conference.${domainOf(state.account ?? '')}`;
    const enter = (jid: string) => {
        remember('room', jid);
        void app.enterRoom(jid);
    };
    const submit = (event: Event) => {
        event.preventDefault();
        const jid = completeJid(typed, service);
        setInvalid(!jid);
        if (jid) enter(jid);
    };
    return (
        <main class="page">
            <section class="card" aria-labelledby="rooms-title">
                <div class="card-head">
                    <h1 id="rooms-title">Rooms</h1>
                    <button
                        type="button"
                        class="plain"
                        data-testid="rooms-refresh"
                        onClick={() => void app.loadRooms()}
                    >
                        <RefreshIcon />
                        <span>Refresh</span>
                    </button>
                </div>
                {state.roomsError && (
                    <p class="problem" role="alert">
                        <WarningIcon />
                        {state.roomsError}
                    </p>
                )}
                {state.rooms === undefined && (
                    <p class="quiet" role="status">
                        Looking for rooms{'\u2026'}
                    </p>
                )}
                {state.rooms?.length === 0 && !state.roomsError && (
                    <p class="quiet">No public rooms here. Enter the address of a room below.</p>
                )}
                <ul class="rooms" data-testid="room-list">
                    {state.rooms?.map((room) => (
                        <RoomItem key={room.jid} room={room} onEnter={() => enter(room.jid)} />
                    ))}
                </ul>
            </section>
            <form class="card row-form" onSubmit={submit}>
                <label>
                    Address of a room
                    <input
                        data-testid="room-address"
                        value={typed}
                        autocapitalize="none"
                        spellcheck={false}
                        placeholder={`team@${service}`}
                        onInput={(e) => setTyped(e.currentTarget.value)}
                    />
                </label>
                <button class="primary" type="submit" data-testid="room-join">
                    Enter
                </button>
                {invalid && (
                    <p class="problem" role="alert">
                        <WarningIcon />
                        This is not an address. It looks like team@{service}.
                    </p>
                )}
            </form>
        </main>
    );
}

function RoomItem({ room, onEnter }: { room: RoomListing; onEnter(): void }): JSX.Element {
    return (
        <li>
            <button
                type="button"
                class="room-item"
                data-testid="room-item"
                data-room={room.jid}
                onClick={onEnter}
            >
                <span class={`room-mark${room.isPrivate ? ' private' : ''}`}>
                    {room.isPrivate ? <LockIcon /> : <OpenIcon />}
                </span>
                <span class="person">
                    <span class="person-name">{room.name}</span>
                    <span class="person-jid">{room.jid}</span>
                </span>
                {room.hasCall && <span class="badge live">call running</span>}
                <span class="badge">{room.isPrivate ? 'private' : 'no calls'}</span>
            </button>
        </li>
    );
}
