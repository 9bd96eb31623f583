import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app';
import type { Mode } from '../call/call-message';
import type { Call } from '../call/call-model';
import type { Media } from '../jingle/description';
import type { AppState, RoomView } from '../state';
import { people } from '../words';
import { BackIcon, CameraIcon, InfoIcon, MeshIcon, PhoneIcon, ServerIcon } from './icons';
import { PeopleList } from './people-list';

export function Room({
    app,
    state,
    room,
}: {
    app: App;
    state: AppState;
    room: RoomView;
}): JSX.Element {
    const call = room.calls[0];
    const ready = room.joined && state.connection === 'online';
    return (
        <main
            class="page room"
            data-testid="room"
            data-room={room.jid}
            data-joined={room.joined ? 'true' : 'false'}
        >
            <div class="room-head">
                <button
                    type="button"
                    class="plain"
                    data-testid="leave-room"
                    onClick={() => app.leaveRoom()}
                >
                    <BackIcon />
                    <span>Rooms</span>
                </button>
                <div>
                    <h1 data-testid="room-name">{room.facts?.name ?? room.jid.split('@')[0]}</h1>
                    <p class="quiet">{room.jid}</p>
                </div>
            </div>
            {!room.joined && (
                <p class="card quiet" role="status">
                    Entering the room{'\u2026'}
                </p>
            )}
            {room.joined &&
                (call ? (
                    <RunningCall
                        app={app}
                        call={call}
                        ready={ready}
                        ringing={state.ring?.callId === call.id}
                    />
                ) : (
                    <NewCall app={app} room={room} ready={ready} />
                ))}
            {room.joined && (
                <section class="card" aria-labelledby="people-title">
                    <div class="card-head">
                        <h2 id="people-title">Here now</h2>
                        <span class="quiet">{room.occupants.length}</span>
                    </div>
                    <PeopleList room={room} inCall={call?.participants.map((p) => p.nick) ?? []} />
                </section>
            )}
        </main>
    );
}

function RunningCall({
    app,
    call,
    ready,
    ringing,
}: {
    app: App;
    call: Call;
    ready: boolean;
    ringing: boolean;
}): JSX.Element {
    const names = call.participants.map((p) => p.nick);
    const since = new Date(call.since).toLocaleTimeString([], {
        hour: '2-digit',
        minute: '2-digit',
    });
    const video = call.media.includes('video');
    return (
        <section
            class="card call-card running"
            data-testid="running-call"
            data-call={call.id}
            data-mode={call.mode}
        >
            <div class="pulse" aria-hidden="true">
                <PhoneIcon />
            </div>
            <div>
                <h2>
                    {call.state === 'ringing'
                        ? `${names[0] ?? 'Somebody'} is calling`
                        : 'A call is running'}
                </h2>
                <p class="quiet">
                    {people(names)} {names.length === 1 ? 'is' : 'are'} in it, since {since}.
                </p>
            </div>
            {!ringing && (
                <div class="buttons">
                    {video && (
                        <button
                            type="button"
                            class="primary"
                            disabled={!ready}
                            data-testid="join-call"
                            onClick={() => void app.calls.join(call, true)}
                        >
                            <CameraIcon />
                            <span>Join with camera</span>
                        </button>
                    )}
                    <button
                        type="button"
                        class={video ? 'secondary' : 'primary'}
                        disabled={!ready}
                        data-testid="join-call-audio"
                        onClick={() => void app.calls.join(call, false)}
                    >
                        <PhoneIcon />
                        <span>Join with voice</span>
                    </button>
                </div>
            )}
        </section>
    );
}

function NewCall({ app, room, ready }: { app: App; room: RoomView; ready: boolean }): JSX.Element {
    const possible = (room.facts?.modes ?? []).filter(
        (mode) => mode === 'mesh' || room.facts?.sfuService !== undefined,
    );
    const [chosen, setMode] = useState<Mode>('sfu');
    const mode = possible.includes(chosen) ? chosen : (possible[0] ?? 'mesh');
    const start = (media: Media[]) => void app.calls.start(mode, media);
    return (
        <section class="card call-card" aria-labelledby="call-title" data-testid="new-call">
            <div>
                <h2 id="call-title">Start a call</h2>
                <p class="quiet">
                    It rings for everyone who is in the room, and others can join later.
                </p>
            </div>
            {room.facts && !room.facts.isPrivate && (
                <p class="hint" data-testid="not-private">
                    <InfoIcon />
                    <span>
                        {room.facts.isOpen
                            ? 'This room is open to anyone'
                            : 'This room hides who its members are'}
                        , so the server will refuse calls here.
                    </span>
                </p>
            )}
            {possible.length > 1 && (
                <fieldset class="choice">
                    <legend>How</legend>
                    <ModeChoice
                        mode="sfu"
                        chosen={mode}
                        onChoose={setMode}
                        title="Through the server"
                        text="One connection for you, whatever the size of the group"
                    >
                        <ServerIcon />
                    </ModeChoice>
                    <ModeChoice
                        mode="mesh"
                        chosen={mode}
                        onChoose={setMode}
                        title="Directly"
                        text="Everyone with everyone, for two to four people"
                    >
                        <MeshIcon />
                    </ModeChoice>
                </fieldset>
            )}
            <div class="buttons">
                <button
                    type="button"
                    class="primary"
                    disabled={!ready}
                    data-testid="start-video"
                    onClick={() => start(['audio', 'video'])}
                >
                    <CameraIcon />
                    <span>Video call</span>
                </button>
                <button
                    type="button"
                    class="secondary"
                    disabled={!ready}
                    data-testid="start-audio"
                    onClick={() => start(['audio'])}
                >
                    <PhoneIcon />
                    <span>Voice call</span>
                </button>
            </div>
        </section>
    );
}

function ModeChoice({
    mode,
    chosen,
    onChoose,
    title,
    text,
    children,
}: {
    mode: Mode;
    chosen: Mode;
    onChoose(mode: Mode): void;
    title: string;
    text: string;
    children: JSX.Element;
}): JSX.Element {
    return (
        <label class={`option${mode === chosen ? ' chosen' : ''}`}>
            <input
                type="radio"
                name="mode"
                checked={mode === chosen}
                data-testid={`mode-${mode}`}
                onChange={() => onChoose(mode)}
            />
            {children}
            <span>
                <strong>{title}</strong>
                <small>{text}</small>
            </span>
        </label>
    );
}
