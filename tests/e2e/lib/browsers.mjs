/**
 * Real browsers with fake devices: Chromium by playwright-core, Firefox by puppeteer-core
 * (WebDriver BiDi).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';

export const CHROMIUM = process.env.PARLEY_CHROMIUM ?? '/usr/bin/chromium';
const FIREFOX = process.env.PARLEY_FIREFOX ?? '/usr/bin/firefox-esr';
const VIEWPORT = { width: 1280, height: 800 };

const CHROMIUM_FLAGS = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-quic',
    '--disable-sync',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    '--disable-features=DialMediaRouteProvider,OptimizationHints,Translate,MediaRouter',
    '--no-proxy-server',
    '--use-fake-device-for-media-stream=fps=20',
    '--autoplay-policy=no-user-gesture-required',
    '--allow-loopback-in-peer-connection',
    '--auto-select-tab-capture-source-by-title=Parley',
    '--mute-audio',
];

/** Firefox: fake devices, no questions, no proxies, and nothing said to its maker. */
const FIREFOX_PREFS = {
    'media.navigator.streams.fake': true,
    'media.navigator.permission.disabled': true,
    'media.peerconnection.ice.loopback': true,
    'media.peerconnection.ice.obfuscate_host_addresses': false,
    'media.autoplay.default': 0,
    'media.gmp-manager.updateEnabled': false,
    'media.gmp-gmpopenh264.enabled': false,
    'network.proxy.type': 0,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'toolkit.telemetry.enabled': false,
    'toolkit.telemetry.unified': false,
    'app.normandy.enabled': false,
    'app.update.enabled': false,
    'browser.safebrowsing.update.enabled': false,
    'services.settings.server': 'data:,',
    'extensions.getAddons.cache.enabled': false,
    'extensions.update.enabled': false,
    'browser.newtabpage.enabled': false,
    'dom.push.connection.enabled': false,
};

/**
 * A Chromium process, run by `program`. `tab()` opens a page of its own context, so that each is another person.
 * `devices: false` leaves the permission questions on, which headless mode answers with no.
 */
export async function startChromium({ devices = true, flags = [], program = CHROMIUM } = {}) {
    const args = [
        ...CHROMIUM_FLAGS,
        ...flags,
        ...(devices ? ['--use-fake-ui-for-media-stream'] : []),
    ];
    const server = await chromium.launchServer({ executablePath: program, args, headless: true });
    const browser = await chromium.connect(server.wsEndpoint());
    return {
        name: 'chromium',
        pid: server.process().pid,
        async tab(viewport = VIEWPORT) {
            const context = await browser.newContext({ viewport });
            return new Tab(await context.newPage(), 'chromium');
        },
        close: () => server.close(),
    };
}

/** A process and all that it started, by pid. */
export function processTree(root) {
    const parents = readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((pid) => {
            try {
                return [
                    [
                        Number(pid),
                        Number(
                            /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1],
                        ),
                    ],
                ];
            } catch {
                return []; // It has ended meanwhile.
            }
        });
    const tree = [root];
    for (let i = 0; i < tree.length; i++)
        tree.push(...parents.filter(([, parent]) => parent === tree[i]).map(([pid]) => pid));
    return tree;
}

/** The process of a Chromium's sockets: while it is stopped nothing comes and nothing goes. */
export function networkProcess(browserPid) {
    return processTree(browserPid).find((pid) =>
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('network.mojom.NetworkService'),
    );
}

/** Firefox's fake camera has every size that it is asked for; two cores have not. */
function useSmallCamera() {
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = ({ audio, video }) =>
        open({ audio, video: video && { width: 320, height: 180, frameRate: 20 } });
}

export async function startFirefox() {
    const profile = await mkdtemp(path.join(os.tmpdir(), 'parley-firefox-'));
    const browser = await puppeteer.launch({
        browser: 'firefox',
        executablePath: FIREFOX,
        headless: true,
        userDataDir: profile,
        extraPrefsFirefox: FIREFOX_PREFS,
        defaultViewport: VIEWPORT,
        protocolTimeout: 60_000,
    });
    return {
        name: 'firefox',
        pid: browser.process().pid,
        async tab() {
            const page = await browser.newPage();
            await page.evaluateOnNewDocument(useSmallCamera);
            return new Tab(page, 'firefox');
        },
        async close() {
            await browser.close();
            await rm(profile, { recursive: true, force: true });
        },
    };
}

const selector = (testId, attributes = {}) =>
    `[data-testid="${testId}"]` +
    Object.entries(attributes)
        .map(([k, v]) => `[data-${k}="${v}"]`)
        .join('');

/** The part of playwright's and puppeteer's pages that the tests need, the same for both. */
export class Tab {
    /** What the page wrote to its console, for the report of a failed test. */
    log = [];

    constructor(page, browser) {
        this.page = page;
        this.browser = browser;
        /** Addresses of everything the page fetched. */
        this.requests = [];
        page.on('request', (r) => this.requests.push(r.url()));
        page.on('console', (m) => this.log.push(`${m.type()}: ${m.text()}`));
        page.on('pageerror', (e) => this.log.push(`uncaught: ${e?.stack ?? e}`));
    }

    open(url) {
        return this.page.goto(url);
    }

    /** Waits until such an element is in the page. */
    async see(testId, attributes, timeoutMs = 15_000) {
        return this.page.waitForSelector(selector(testId, attributes), { timeout: timeoutMs });
    }

    /** Waits until no such element is in the page. */
    async gone(testId, attributes, timeoutMs = 15_000) {
        await this.until(
            (s) => !document.querySelector(s),
            selector(testId, attributes),
            timeoutMs,
            `${testId} to go`,
        );
    }

    async click(testId, attributes) {
        await this.see(testId, attributes);
        await this.page.click(selector(testId, attributes));
    }

    async fill(testId, text) {
        await this.see(testId);
        const target = selector(testId);
        await this.page.$eval(target, (e) => e.select());
        await this.page.type(target, text);
    }

    async text(testId, attributes) {
        return (await (await this.see(testId, attributes)).evaluate((e) => e.textContent)).trim();
    }

    count(testId, attributes) {
        return this.page.evaluate(
            (s) => document.querySelectorAll(s).length,
            selector(testId, attributes),
        );
    }

    evaluate(fn, argument) {
        return this.page.evaluate(fn, argument);
    }

    /** What comes and goes, by session and stream. */
    mediaStats() {
        return this.evaluate(() => window.parley.stats());
    }

    /** Polls `fn(argument)` in the page until it is truthy, and returns that value. */
    async until(fn, argument, timeoutMs, what) {
        const deadline = Date.now() + timeoutMs;
        for (;;) {
            const value = await this.page.evaluate(fn, argument);
            if (value) return value;
            if (Date.now() > deadline)
                throw new Error(`${this.browser}: waited ${timeoutMs} ms in vain for ${what}`);
            await new Promise((resolve) => setTimeout(resolve, 150));
        }
    }

    /** Makes the window this large, in CSS pixels. */
    resize(width, height) {
        const { page } = this;
        return this.browser === 'firefox'
            ? page.setViewport({ width, height })
            : page.setViewportSize({ width, height });
    }

    screenshot(file) {
        return this.page.screenshot({ path: file });
    }
}
