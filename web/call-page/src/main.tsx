import { render } from 'preact';
import { App } from './app';
import { summarise, type StatsSummary } from './media/stats-summary';
import { Page } from './ui/page';

declare global {
    interface Window {
        /**
         * Debugging aid: what the running call's peer connections receive and send. See the README
         * of this folder.
         */
        parley: { stats(): Promise<StatsSummary[]> };
    }
}

const url = `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/xmpp-websocket`;
const root = document.getElementById('app')!;
const app = new App(url, (state) => render(<Page app={app} state={state} />, root));
render(<Page app={app} state={app.state} />, root);

window.addEventListener('pagehide', () => app.unload());
window.parley = {
    stats: () => Promise.all(app.calls.connections().map(summarise)),
};
