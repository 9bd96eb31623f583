import type { JSX } from 'preact';
import type { App } from '../app';
import type { AppState } from '../state';
import { Devices, Notices, Ring } from './dialogs';
import { Logo } from './icons';
import { Login } from './login';
import { Room } from './room';
import { Rooms } from './rooms';
import { Stage } from './stage';

export function Page({ app, state }: { app: App; state: AppState }): JSX.Element {
    const loggedIn = state.connection === 'online' || state.connection === 'reconnecting';
    const onStage = loggedIn && state.room && state.call;
    return (
        <div class={`shell${onStage ? ' on-stage' : ''}`}>
            {loggedIn && !onStage && (
                <header class="topbar">
                    <span class="brand small">
                        <Logo />
                        <span>Parley</span>
                    </span>
                    <span class="account" data-testid="account">
                        {state.account}
                    </span>
                    <button
                        type="button"
                        class="plain"
                        data-testid="logout"
                        onClick={() => app.logout()}
                    >
                        Log out
                    </button>
                </header>
            )}
            {state.connection === 'reconnecting' && (
                <p class="banner" role="alert" data-testid="connection-banner">
                    The connection to the server is lost. Trying to get it back{'\u2026'}
                </p>
            )}
            <Notices app={app} notices={state.notices} />
            {!loggedIn ? (
                <Login app={app} state={state} />
            ) : onStage ? (
                <Stage app={app} call={state.call!} room={state.room!} />
            ) : state.room ? (
                <Room app={app} state={state} room={state.room} />
            ) : (
                <Rooms app={app} state={state} />
            )}
            {state.ring && state.room && (
                <Ring key={state.ring.callId} app={app} ring={state.ring} room={state.room} />
            )}
            {state.deviceQuestion && (
                <Devices
                    key={state.deviceQuestion.problems.join()}
                    question={state.deviceQuestion}
                />
            )}
        </div>
    );
}
