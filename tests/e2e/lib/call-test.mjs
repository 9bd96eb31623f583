/**
 * The frame of the browser tests: one server and one Chromium per file, one room and fresh tabs per
 * test.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ADMIN } from './admin.mjs';
import { startChromium } from './browsers.mjs';
import { writeFakeCamera } from './fake-camera.mjs';
import { startServer as startParleyd } from './parleyd.mjs';
import { arrive } from './people.mjs';
import { reported, REPORTS } from './report.mjs';

const TEST_TIMEOUT_MS = 120_000;
const SET_UP_TIMEOUT_MS = 60_000;
const PEOPLE = ['alice', 'bob', 'carol', 'dave'];
/** Has an account, and is no member of any room. */
const STRANGER = 'mallory';

export const jids = (...names) => names.map((name) => `${name}@localhost`);

/** Small pictures, so that the encoding and decoding of three people fits onto two cores. */
export const CAMERA_WIDTH = 320;
const LOOK = {
    wall: [104, 132, 128],
    light: [236, 224, 190],
    skin: [232, 190, 160],
    hair: [86, 52, 34],
    shirt: [198, 148, 70],
};

/**
 * Sets the frame up for this file; `world` is filled before the first test runs. Options:
 * `startServer` and `serverName` for another server than parleyd, `limits` for parleyd's table of
 * that name, `cameraWidth` in pixels, `cameraFps` in frames a second.
 */
export function callTests(
    file,
    {
        startServer = startParleyd,
        serverName = 'parleyd',
        limits,
        cameraWidth = CAMERA_WIDTH,
        cameraFps,
    } = {},
) {
    const world = { server: undefined, chromium: undefined, startChromium: undefined };
    let cameras;
    before(
        async () => {
            world.server = await startServer(
                [...PEOPLE, STRANGER, ADMIN],
                path.join(REPORTS, `${file}-${serverName}.log`),
                limits,
            );
            cameras = await mkdtemp(path.join(os.tmpdir(), 'parley-camera-'));
            const camera = path.join(cameras, 'camera.y4m');
            await writeFakeCamera(camera, LOOK, cameraWidth, cameraFps);
            world.startChromium = (more = {}) =>
                startChromium({
                    flags: [`--use-file-for-fake-video-capture=${camera}`],
                    ...more,
                });
            world.chromium = await world.startChromium();
        },
        { timeout: SET_UP_TIMEOUT_MS },
    );
    after(
        async () => {
            await world.chromium?.close();
            if (cameras) await rm(cameras, { recursive: true, force: true });
            const end = await world.server?.stop();
            assert.deepEqual(end, { exitCode: 0, signal: null }, `${serverName} must end cleanly`);
        },
        { timeout: SET_UP_TIMEOUT_MS },
    );

    /**
     * `body` gets the `room`; `come(who, browser)`, which brings a person into it;
     * `start(starter)`, for further browsers; `tabs`, by person. What the tabs show is saved on
     * failure; tabs and browsers are closed at the end.
     */
    function callTest(name, body) {
        test(name, { timeout: TEST_TIMEOUT_MS }, async () => {
            const tabs = {};
            const others = [];
            const room = await world.server.createRoom(
                name.toLowerCase().replace(/[^a-z]+/g, '-'),
                PEOPLE,
            );
            const come = async (who, browser = world.chromium) => {
                tabs[who] = await browser.tab();
                return arrive(tabs[who], world.server, who, room);
            };
            const start = async (starter) => {
                const browser = await starter();
                others.push(browser);
                return browser;
            };
            try {
                await reported(`${serverName} ${name}`, tabs, () =>
                    body({ room, come, start, tabs }),
                );
            } finally {
                await Promise.all(others.map((browser) => browser.close().catch(() => undefined)));
                await Promise.all(
                    Object.values(tabs).map((tab) => tab.page.close().catch(() => undefined)),
                );
            }
        });
    }
    return { callTest, world };
}
