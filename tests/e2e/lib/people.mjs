/** What a person does on the call page, and what it shows that person. */
import assert from 'node:assert/strict';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Fills in the login form and sends it. */
export async function tryLogIn(tab, server, name, password) {
    await tab.open(server.pageUrl);
    await tab.fill('login-address', `${name}@${server.domain}`);
    await tab.fill('login-password', password);
    await tab.click('login-submit');
}

export async function logIn(tab, server, name) {
    await tryLogIn(tab, server, name, `pw-${name}`);
    await tab.see('account');
}

export async function enterRoom(tab, room) {
    await tab.fill('room-address', room);
    await tab.click('room-join');
    await tab.see('room', { joined: 'true' });
}

/** Logs in and enters the room. */
export async function arrive(tab, server, name, room) {
    await logIn(tab, server, name);
    await enterRoom(tab, room);
    return tab;
}

export async function startCall(tab, mode, media = 'video') {
    if (await tab.count(`mode-${mode}`)) {
        await tab.evaluate(
            (id) => document.querySelector(`[data-testid="${id}"]`).click(),
            `mode-${mode}`,
        );
    }
    await tab.click(`start-${media}`);
    await tab.see('stage', { phase: 'ringing' }, 20_000);
}

export async function acceptRing(tab, media = 'video') {
    await tab.see('ring');
    await tab.click(media === 'video' ? 'ring-accept' : `ring-accept-${media}`);
    await tab.see('stage', { phase: 'active' }, 20_000);
}

export async function joinRunning(tab) {
    await tab.click('join-call');
    await tab.see('stage', { phase: 'active' }, 20_000);
}

/**
 * Received media by sender: `{ label: { audioPackets, videoFrames, audioStreams, videoStreams } }`.
 */
export async function received(tab) {
    const stats = await tab.mediaStats();
    const live = (list) => list.filter((s) => s.packets > 0);
    return Object.fromEntries(
        stats.map(({ label, inbound }) => {
            const audio = live(inbound.filter((s) => s.kind === 'audio'));
            const video = live(inbound.filter((s) => s.kind === 'video'));
            const sum = (list, key) => list.reduce((total, s) => total + s[key], 0);
            return [
                label,
                {
                    audioPackets: sum(audio, 'packets'),
                    videoFrames: sum(video, 'framesDecoded'),
                    audioStreams: audio.length,
                    videoStreams: video.length,
                },
            ];
        }),
    );
}

export const bare = (jid) => jid.split('/')[0];

/**
 * Asserts that over a few seconds this page decodes at least 10 frames a second and gets audio
 * (Opus packets of 20 ms; 60 ms at least) from exactly these senders, one audio and one video
 * stream each.
 */
export async function expectMediaFrom(tab, senders, { seconds = 4, settleMs = 25_000 } = {}) {
    const deadline = Date.now() + settleMs;
    const flowing = (sample) => {
        const live = Object.entries(sample).filter(
            ([, s]) => s.videoFrames > 0 && s.audioPackets > 0,
        );
        return live.length === senders.length;
    };
    let before = await received(tab);
    while (!flowing(before) && Date.now() < deadline) {
        await sleep(250);
        before = await received(tab);
    }
    const began = Date.now();
    before = await received(tab);
    await sleep(seconds * 1000);
    const after = await received(tab);
    const elapsed = (Date.now() - began) / 1000;
    const report = JSON.stringify({ before, after });
    const live = Object.entries(after).filter(([, s]) => s.audioStreams + s.videoStreams > 0);
    assert.deepEqual(
        live.map(([label]) => bare(label)).sort(),
        [...senders].sort(),
        `media comes from the wrong people: ${report}`,
    );
    for (const [label, now] of live) {
        const frames = (now.videoFrames - (before[label]?.videoFrames ?? 0)) / elapsed;
        const packets = (now.audioPackets - (before[label]?.audioPackets ?? 0)) / elapsed;
        assert.equal(now.videoStreams, 1, `${label}: one video stream: ${report}`);
        assert.equal(now.audioStreams, 1, `${label}: one audio stream: ${report}`);
        assert.ok(
            frames >= 10,
            `${label}: ${frames.toFixed(1)} frames decoded a second: ${report}`,
        );
        assert.ok(
            packets >= 15,
            `${label}: ${packets.toFixed(1)} audio packets a second: ${report}`,
        );
    }
}
