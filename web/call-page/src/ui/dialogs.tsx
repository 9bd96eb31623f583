import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { App } from '../app';
import type { DeviceQuestion, Notice, RingView, RoomView } from '../state';
import { Avatar } from './avatar';
import { CameraIcon, CloseIcon, HangUpIcon, InfoIcon, PhoneIcon, WarningIcon } from './icons';

/** A modal dialog; Escape counts as the cautious answer. */
function Dialog({
    testId,
    label,
    onEscape,
    children,
}: {
    testId: string;
    label: string;
    onEscape(): void;
    children: ComponentChildren;
}): JSX.Element {
    const dialog = useRef<HTMLDialogElement>(null);
    useEffect(() => {
        const element = dialog.current!;
        element.showModal();
        return () => element.close();
    }, []);
    return (
        <dialog
            ref={dialog}
            class="dialog"
            aria-label={label}
            data-testid={testId}
            onCancel={(e) => {
                e.preventDefault();
                onEscape();
            }}
        >
            {children}
        </dialog>
    );
}

export function Ring({
    app,
    ring,
    room,
}: {
    app: App;
    ring: RingView;
    room: RoomView;
}): JSX.Element {
    const call = room.calls.find((c) => c.id === ring.callId);
    const video = ring.media.includes('video');
    const accept = (withCamera: boolean) => call && void app.calls.join(call, withCamera);
    return (
        <Dialog testId="ring" label={`${ring.nick} is calling`} onEscape={() => app.calls.reject()}>
            <div class="ring-avatar">
                <Avatar name={ring.nick} />
            </div>
            <h2>{ring.nick} is calling</h2>
            <p class="quiet">
                {video ? 'Video call' : 'Voice call'} in {room.facts?.name ?? room.jid}
            </p>
            <div class="ring-buttons">
                <button
                    type="button"
                    class="round reject"
                    data-testid="ring-reject"
                    onClick={() => app.calls.reject()}
                >
                    <HangUpIcon />
                    <span>Reject</span>
                </button>
                <button
                    type="button"
                    class="round accept"
                    data-testid="ring-accept-audio"
                    onClick={() => accept(false)}
                >
                    <PhoneIcon />
                    <span>Voice</span>
                </button>
                {video && (
                    <button
                        type="button"
                        class="round accept"
                        data-testid="ring-accept"
                        autofocus
                        onClick={() => accept(true)}
                    >
                        <CameraIcon />
                        <span>Video</span>
                    </button>
                )}
            </div>
        </Dialog>
    );
}

export function Devices({ question }: { question: DeviceQuestion }): JSX.Element {
    const { available } = question;
    const go =
        available.length === 0
            ? 'Join just to listen'
            : available.includes('audio')
              ? 'Join without camera'
              : 'Join without microphone';
    return (
        <Dialog
            testId="device-question"
            label="Microphone and camera"
            onEscape={() => question.answer('cancel')}
        >
            <div class="dialog-mark">
                <WarningIcon />
            </div>
            <h2>{available.length === 0 ? 'Nobody will hear you' : 'Something is missing'}</h2>
            {question.problems.map((text) => (
                <p key={text} class="dialog-text">
                    {text}
                </p>
            ))}
            <div class="buttons stacked">
                <button
                    type="button"
                    class="primary wide"
                    data-testid="device-continue"
                    onClick={() => question.answer('continue')}
                >
                    {go}
                </button>
                <button
                    type="button"
                    class="secondary wide"
                    data-testid="device-retry"
                    onClick={() => question.answer('retry')}
                >
                    Try again
                </button>
                <button
                    type="button"
                    class="plain wide"
                    data-testid="device-cancel"
                    onClick={() => question.answer('cancel')}
                >
                    Do not call
                </button>
            </div>
        </Dialog>
    );
}

export function Notices({ app, notices }: { app: App; notices: Notice[] }): JSX.Element {
    return (
        <div class="notices" aria-live="polite">
            {notices.map((notice) => (
                <div
                    key={notice.id}
                    class={`notice ${notice.kind}`}
                    role={notice.kind === 'error' ? 'alert' : 'status'}
                    data-testid="notice"
                    data-kind={notice.kind}
                >
                    {notice.kind === 'error' ? <WarningIcon /> : <InfoIcon />}
                    <p>{notice.text}</p>
                    <button
                        type="button"
                        class="plain"
                        aria-label="Dismiss"
                        onClick={() => app.dismiss(notice.id)}
                    >
                        <CloseIcon />
                    </button>
                </div>
            ))}
        </div>
    );
}
