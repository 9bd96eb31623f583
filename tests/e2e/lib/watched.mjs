/** A browser whose pages remember their peer connections, in `window.connections`. */
export const watched = (browser) => ({
    async tab() {
        const tab = await browser.tab();
        await tab.page.addInitScript(() => {
            const Connection = window.RTCPeerConnection;
            window.connections = [];
            window.RTCPeerConnection = class extends Connection {
                constructor(configuration) {
                    super(configuration);
                    window.connections.push(this);
                }
            };
        });
        return tab;
    },
});
