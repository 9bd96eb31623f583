/**
 * Takes the pictures of docs/screenshots from a real call: `node tests/e2e/screenshots.mjs FOLDER`.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startChromium } from './lib/browsers.mjs';
import { writeFakeCamera } from './lib/fake-camera.mjs';
import { configureRoom } from './lib/owner.mjs';
import { startServer } from './lib/parleyd.mjs';
import { acceptRing, arrive, enterRoom, expectMediaFrom, logIn, startCall } from './lib/people.mjs';
import { REPORTS } from './lib/report.mjs';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const LOOKS = {
    alice: {
        wall: [104, 132, 128],
        light: [236, 224, 190],
        skin: [232, 190, 160],
        hair: [86, 52, 34],
        shirt: [198, 148, 70],
    },
    bob: {
        wall: [150, 132, 116],
        light: [250, 236, 210],
        skin: [150, 106, 78],
        hair: [34, 28, 28],
        shirt: [58, 92, 120],
    },
    carol: {
        wall: [92, 104, 134],
        light: [208, 220, 240],
        skin: [216, 172, 140],
        hair: [58, 44, 62],
        shirt: [132, 66, 78],
    },
};
const folder = path.resolve(process.argv[2] ?? 'docs/screenshots');
const server = await startServer(
    [...Object.keys(LOOKS), 'dave'],
    path.join(REPORTS, 'screenshots-parleyd.log'),
);
const cameras = await mkdtemp(path.join(os.tmpdir(), 'parley-cameras-'));
const browsers = [];

async function browserOf(name) {
    const file = path.join(cameras, `${name}.y4m`);
    await writeFakeCamera(file, LOOKS[name]);
    const browser = await startChromium({ flags: [`--use-file-for-fake-video-capture=${file}`] });
    browsers.push(browser);
    return browser;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function shoot(tab, name, size = DESKTOP) {
    await tab.page.setViewportSize(size);
    await pause(900);
    await tab.screenshot(path.join(folder, `${name}.png`));
}

try {
    await mkdir(folder, { recursive: true });
    const team = await server.createRoom('team', ['alice', 'bob', 'carol', 'dave'], 'Team');
    const cafe = await server.createRoom('cafe', ['alice', 'bob'], 'Café');
    const planning = await server.createRoom('planning', ['bob', 'alice'], 'Planning');
    await configureRoom(server, 'alice', cafe, { membersonly: false });
    const [chromeA, chromeB, chromeC] = [
        await browserOf('alice'),
        await browserOf('bob'),
        await browserOf('carol'),
    ];
    const [alice, bob, carol] = [await chromeA.tab(), await chromeB.tab(), await chromeC.tab()];

    await alice.open(server.pageUrl);
    await alice.fill('login-address', 'alice@localhost');
    await shoot(alice, 'login');
    await shoot(alice, 'login-phone', PHONE);
    await alice.fill('login-password', 'wrong');
    await alice.click('login-submit');
    await alice.see('login-error');
    await shoot(alice, 'login-error');
    await arrive(bob, server, 'bob', planning);
    await bob.click('leave-room');
    await enterRoom(bob, team);
    await arrive(carol, server, 'carol', team);
    await logIn(alice, server, 'alice');
    await alice.see('room-item', { room: team });
    await shoot(alice, 'rooms');
    await enterRoom(alice, cafe);
    await alice.click('start-video');
    await alice.see('notice', { kind: 'error' });
    await shoot(alice, 'refused');
    await shoot(alice, 'refused-phone', PHONE);
    await alice.click('leave-room');
    await enterRoom(alice, team);
    await alice.see('occupant', { nick: 'carol' });
    await shoot(alice, 'room');
    await shoot(alice, 'room-phone', PHONE);
    await startCall(alice, 'sfu');
    await bob.see('ring');
    await shoot(bob, 'ringing');
    await shoot(carol, 'ringing-phone', PHONE);
    await shoot(alice, 'waiting');
    await acceptRing(bob);
    await shoot(alice, 'call-of-two');
    await acceptRing(carol);
    await expectMediaFrom(alice, ['bob@localhost', 'carol@localhost']);
    await shoot(alice, 'call');
    await shoot(alice, 'phone', PHONE);
    await bob.click('toggle-camera');
    await bob.click('toggle-mic');
    await alice.click('toggle-people');
    await pause(3_500);
    await shoot(alice, 'camera-off');
    const dave = await chromeC.tab();
    await arrive(dave, server, 'dave', team);
    await dave.see('running-call');
    await shoot(dave, 'running-call');
} finally {
    await Promise.all(browsers.map((browser) => browser.close().catch(() => undefined)));
    await server.stop();
    await rm(cameras, { recursive: true, force: true });
}
