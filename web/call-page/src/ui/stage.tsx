import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { App } from '../app';
import type { CallView, RoomView } from '../state';
import { people } from '../words';
import { tileSize } from './grid-shape';
import {
    CameraIcon,
    CameraOffIcon,
    HangUpIcon,
    MicrophoneIcon,
    MicrophoneOffIcon,
    PeopleIcon,
    ScreenIcon,
} from './icons';
import { PeopleList } from './people-list';
import { Tile } from './tile';

const GAP_PX = 10;

interface Props {
    app: App;
    call: CallView;
    room: RoomView;
}

export function Stage({ app, call, room }: Props): JSX.Element {
    const [showPeople, setShowPeople] = useState(false);
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => heading.current?.focus(), []);
    return (
        <main
            class="stage"
            data-testid="stage"
            data-phase={call.phase}
            data-mode={call.mode}
            data-call={call.id}
            data-reconnecting={String(call.reconnecting)}
        >
            <header class="stage-head">
                <h1 tabIndex={-1} ref={heading}>
                    {room.facts?.name ?? room.jid}
                </h1>
                <p class="stage-facts">
                    <Clock since={call.since} running={call.phase === 'active'} />
                    <span
                        class="badge"
                        title={
                            call.mode === 'sfu'
                                ? 'The server forwards everybody\u2019s media'
                                : 'Everybody is connected with everybody'
                        }
                    >
                        {call.mode === 'sfu' ? 'via server' : 'direct'}
                    </span>
                </p>
            </header>
            <div class="stage-body">
                <Grid app={app} call={call} />
                {showPeople && (
                    <aside class="stage-people" aria-label="People in the room">
                        <PeopleList
                            room={room}
                            inCall={[call.selfNick, ...call.peers.map((p) => p.nick)]}
                        />
                    </aside>
                )}
            </div>
            <p class="stage-status" role="status" data-testid="call-status">
                {statusOf(call, room)}
            </p>
            <Toolbar
                app={app}
                call={call}
                showPeople={showPeople}
                onPeople={() => setShowPeople(!showPeople)}
            />
        </main>
    );
}

function statusOf(call: CallView, room: RoomView): string {
    if (call.phase === 'starting') return 'Connecting\u2026';
    if (call.reconnecting) return 'The connection was lost. Reconnecting\u2026';
    const silent = room.occupants
        .map((o) => o.nick)
        .filter((n) => n !== call.selfNick && !call.rejected.includes(n));
    const rejected = call.rejected.length ? ` ${people(call.rejected)} cannot join now.` : '';
    if (call.phase === 'ringing') {
        return (
            (silent.length
                ? `Ringing: ${people(silent)}\u2026`
                : 'Nobody else is here to answer.') + rejected
        );
    }
    return call.peers.length === 0 ? `You are the only one in the call.${rejected}` : '';
}

function Clock({ since, running }: { since: number; running: boolean }): JSX.Element {
    const [now, setNow] = useState(Date.now());
    useEffect(() => {
        const timer = setInterval(() => setNow(Date.now()), 1_000);
        return () => clearInterval(timer);
    }, []);
    const seconds = Math.max(0, Math.floor((now - since) / 1_000));
    const two = (n: number) => String(n).padStart(2, '0');
    const hours = Math.floor(seconds / 3_600);
    const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    return <span class="clock">{running ? (hours ? `${hours}:${rest}` : rest) : '\u2013'}</span>;
}

function Grid({ app, call }: { app: App; call: CallView }): JSX.Element {
    const box = useRef<HTMLUListElement>(null);
    const [area, setArea] = useState({ width: 0, height: 0 });
    useLayoutEffect(() => {
        const element = box.current!;
        const observer = new ResizeObserver(() =>
            setArea({ width: element.clientWidth, height: element.clientHeight }),
        );
        observer.observe(element);
        return () => observer.disconnect();
    }, []);
    const preview = useMemo(() => call.preview && new MediaStream([call.preview]), [call.preview]);
    const size = tileSize(call.peers.length + 1, area.width, area.height, GAP_PX);
    const visible = usePageVisible();
    useEffect(
        () =>
            app.calls.shows({
                tiles: call.peers.map(({ jid }) => ({ jid, height: size.height, visible })),
                pixelRatio: window.devicePixelRatio,
            }),
        [app, call.peers.map((p) => p.jid).join(), call.phase, size.height, visible],
    );
    return (
        <ul
            class="grid"
            ref={box}
            aria-label="People in the call"
            data-testid="grid"
            data-count={call.peers.length + 1}
        >
            {call.peers.map((peer) => (
                <Tile
                    key={peer.jid}
                    nick={peer.nick}
                    stream={peer.stream}
                    hasVideo={peer.hasVideo}
                    speaking={peer.speaking}
                    dominant={peer.dominant}
                    muted={peer.muted}
                    state={peer.state}
                    size={size}
                />
            ))}
            <Tile
                key="self"
                self
                nick={call.selfNick}
                stream={preview}
                hasVideo={preview !== undefined}
                mirrored={!call.screenOn}
                speaking={call.selfSpeaking}
                muted={!call.microphoneOn}
                state="connected"
                size={size}
            />
        </ul>
    );
}

/** Whether anybody can see this page: it is not in a tab behind others. */
function usePageVisible(): boolean {
    const [visible, setVisible] = useState(!document.hidden);
    useEffect(() => {
        const changed = () => setVisible(!document.hidden);
        document.addEventListener('visibilitychange', changed);
        return () => document.removeEventListener('visibilitychange', changed);
    }, []);
    return visible;
}

interface ToolProps {
    label: string;
    /** What the button does, where the label is too short to say it. */
    title?: string;
    testId: string;
    pressed?: boolean;
    off?: boolean;
    danger?: boolean;
    onClick(): void;
    children: ComponentChildren;
}

function Tool({
    label,
    title = label,
    testId,
    pressed,
    off,
    danger,
    onClick,
    children,
}: ToolProps): JSX.Element {
    return (
        <button
            type="button"
            class={`tool${off ? ' off' : ''}${pressed ? ' pressed' : ''}${danger ? ' danger' : ''}`}
            data-testid={testId}
            aria-pressed={pressed}
            aria-label={title}
            title={title}
            onClick={onClick}
        >
            {children}
            <span>{label}</span>
        </button>
    );
}

function Toolbar({
    app,
    call,
    showPeople,
    onPeople,
}: {
    app: App;
    call: CallView;
    showPeople: boolean;
    onPeople(): void;
}): JSX.Element {
    const video = call.media.includes('video');
    const canShare = video && typeof navigator.mediaDevices?.getDisplayMedia === 'function';
    const cancel = call.phase !== 'active' && call.isInitiator;
    return (
        <div class="toolbar" role="toolbar" aria-label="Call">
            <Tool
                label={call.microphoneOn ? 'Mute' : 'Unmute'}
                testId="toggle-mic"
                off={!call.microphoneOn}
                onClick={() => app.calls.toggleMicrophone()}
            >
                {call.microphoneOn ? <MicrophoneIcon /> : <MicrophoneOffIcon />}
            </Tool>
            {video && (
                <Tool
                    label="Camera"
                    title={call.cameraOn ? 'Turn camera off' : 'Turn camera on'}
                    testId="toggle-camera"
                    off={!call.cameraOn}
                    onClick={() => app.calls.toggleCamera()}
                >
                    {call.cameraOn ? <CameraIcon /> : <CameraOffIcon />}
                </Tool>
            )}
            {canShare && (
                <Tool
                    label={call.screenOn ? 'Stop' : 'Share'}
                    title={call.screenOn ? 'Stop sharing' : 'Share screen'}
                    testId="toggle-screen"
                    pressed={call.screenOn}
                    onClick={() => void app.calls.toggleScreen()}
                >
                    <ScreenIcon />
                </Tool>
            )}
            <Tool label="People" testId="toggle-people" pressed={showPeople} onClick={onPeople}>
                <PeopleIcon />
            </Tool>
            <Tool
                label={cancel ? 'Cancel' : 'Leave'}
                testId="leave-call"
                danger
                onClick={() => app.calls.leave()}
            >
                <HangUpIcon />
            </Tool>
        </div>
    );
}
