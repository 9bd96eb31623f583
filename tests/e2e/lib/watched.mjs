/**
 * A browser whose pages remember their peer connections, in `window.connections`; `more` is put
 * into the configuration of each.
 */
export const watched = (browser, more = {}) => ({
    async tab() {
        const tab = await browser.tab();
        await tab.page.addInitScript((forced) => {
            const Connection = window.RTCPeerConnection;
            window.connections = [];
            window.RTCPeerConnection = class extends Connection {
                constructor(configuration) {
                    super({ ...configuration, ...forced });
                    window.connections.push(this);
                }
            };
        }, more);
        return tab;
    },
});
