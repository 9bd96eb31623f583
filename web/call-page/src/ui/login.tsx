import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app';
import { remembered, remember } from '../remembered';
import type { AppState } from '../state';
import { completeJid } from '../xmpp/jid';
import { Logo, WarningIcon } from './icons';

export function Login({ app, state }: { app: App; state: AppState }): JSX.Element {
    const [address, setAddress] = useState(remembered('address') ?? '');
    const [password, setPassword] = useState('');
    const [invalid, setInvalid] = useState('');
    const busy = state.connection === 'connecting';
    const problem = invalid || state.loginError;

    const submit = (event: Event) => {
        event.preventDefault();
        const jid = completeJid(address, location.hostname);
        if (!jid || !password) {
            setInvalid(
                jid ? 'Enter your password.' : 'Enter your address, like alice@example.org.',
            );
            return;
        }
        setInvalid('');
        remember('address', address.trim());
        void app.login(jid, password);
    };

    return (
        <main class="login">
            <form class="card login-card" onSubmit={submit} aria-busy={busy}>
                <div class="brand">
                    <Logo />
                    <h1>Parley</h1>
                </div>
                <p class="lead">Group calls in the rooms you already have.</p>
                <label>
                    Address
                    <input
                        data-testid="login-address"
                        name="username"
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck={false}
                        placeholder={`alice@${location.hostname}`}
                        value={address}
                        disabled={busy}
                        autofocus={!address}
                        onInput={(e) => setAddress(e.currentTarget.value)}
                    />
                </label>
                <label>
                    Password
                    <input
                        data-testid="login-password"
                        name="password"
                        type="password"
                        autocomplete="current-password"
                        value={password}
                        disabled={busy}
                        autofocus={address !== ''}
                        onInput={(e) => setPassword(e.currentTarget.value)}
                    />
                </label>
                {problem && (
                    <p class="problem" role="alert" data-testid="login-error">
                        <WarningIcon />
                        {problem}
                    </p>
                )}
                <button
                    class="primary wide"
                    type="submit"
                    disabled={busy}
                    data-testid="login-submit"
                >
                    {busy ? 'Logging in\u2026' : 'Log in'}
                </button>
            </form>
            <p class="foot">
                Your password is used to log in to {location.hostname} and is not stored.
            </p>
        </main>
    );
}
