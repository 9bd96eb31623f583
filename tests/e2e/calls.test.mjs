/** Calls between real browsers through a real parleyd, judged by what the browsers decode. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startChromium, startFirefox } from './lib/browsers.mjs';
import { configureRoom } from './lib/owner.mjs';
import {
  acceptRing, arrive, expectMediaFrom, joinRunning, logIn, startCall,
} from './lib/people.mjs';
import { reported, REPORTS } from './lib/report.mjs';
import { startServer } from './lib/server.mjs';

const TEST_TIMEOUT_MS = 120_000;
/** A killed browser's sockets are closed by its system at once; the room must have said so by then. */
const DEATH_NOTICED_MS = 5_000;
const PEOPLE = ['alice', 'bob', 'carol', 'dave'];
const jids = (...names) => names.map((name) => `${name}@localhost`);

let server;
let chromium;
before(async () => {
  server = await startServer(PEOPLE, path.join(REPORTS, 'parleyd.log'));
  chromium = await startChromium();
}, { timeout: 60_000 });
after(async () => {
  await chromium?.close();
  const end = await server?.stop();
  assert.deepEqual(end, { exitCode: 0, signal: null }, 'parleyd must end cleanly');
}, { timeout: 60_000 });

/** A test whose tabs are reported on failure and closed at its end. */
function callTest(name, body, { members = PEOPLE } = {}) {
  test(name, { timeout: TEST_TIMEOUT_MS }, async () => {
    const tabs = {};
    const others = [];
    const room = await server.createRoom(name.toLowerCase().replace(/[^a-z]+/g, '-'), members);
    const come = async (who, browser = chromium) => {
      tabs[who] = await browser.tab();
      return arrive(tabs[who], server, who, room);
    };
    const start = async (starter) => {
      const browser = await starter();
      others.push(browser);
      return browser;
    };
    try {
      await reported(name, tabs, () => body({ room, come, start, tabs }));
    } finally {
      await Promise.all(others.map((browser) => browser.close().catch(() => undefined)));
      await Promise.all(Object.values(tabs).map((tab) => tab.page.close().catch(() => undefined)));
    }
  });
}

describe('mesh', () => {
  callTest('three see and hear each other', async ({ come }) => {
    const [alice, bob, carol] = [await come('alice'), await come('bob'), await come('carol')];
    await startCall(alice, 'mesh');
    await acceptRing(bob);
    await acceptRing(carol);
    await expectMediaFrom(alice, jids('bob', 'carol'));
    await expectMediaFrom(bob, jids('alice', 'carol'));
    await expectMediaFrom(carol, jids('alice', 'bob'));
    await bob.click('leave-call');
    await alice.gone('tile', { nick: 'bob' });
    await expectMediaFrom(alice, jids('carol'));
  });
});

describe('sfu', () => {
  callTest('the third joins late', async ({ come }) => {
    const [alice, bob] = [await come('alice'), await come('bob')];
    await startCall(alice, 'sfu');
    await acceptRing(bob);
    await expectMediaFrom(alice, jids('bob'));
    const carol = await come('carol');
    await carol.see('running-call', { mode: 'sfu' });
    await joinRunning(carol);
    await expectMediaFrom(carol, jids('alice', 'bob'));
    await expectMediaFrom(alice, jids('bob', 'carol'));
    await expectMediaFrom(bob, jids('alice', 'carol'));
  });

  callTest('one of three uses Firefox', async ({ come, start }) => {
    const firefox = await start(startFirefox);
    const [alice, bob] = [await come('alice'), await come('bob', firefox)];
    await startCall(alice, 'sfu');
    await acceptRing(bob);
    const carol = await come('carol');
    await joinRunning(carol);
    await expectMediaFrom(bob, jids('alice', 'carol'));
    await expectMediaFrom(alice, jids('bob', 'carol'));
    await expectMediaFrom(carol, jids('alice', 'bob'));
  });

  callTest('a killed browser leaves the call', async ({ come, start }) => {
    const doomed = await start(startChromium);
    const [alice, bob, carol] = [await come('alice'), await come('bob'), await come('carol', doomed)];
    await startCall(alice, 'sfu');
    await acceptRing(bob);
    await acceptRing(carol);
    await expectMediaFrom(alice, jids('bob', 'carol'));
    process.kill(doomed.pid, 'SIGKILL');
    await Promise.all([alice, bob].map((tab) => tab.gone('tile', { nick: 'carol' }, DEATH_NOTICED_MS)));
    await expectMediaFrom(alice, jids('bob'));
    await expectMediaFrom(bob, jids('alice'));
  });
});

describe('rooms that are not private', () => {
  for (const mode of ['mesh', 'sfu']) {
    for (const [kind, change] of [['open', { membersonly: false }], ['semi-anonymous', { whois: 'moderators' }]]) {
      callTest(`${mode} call is refused in a room that is ${kind}`, async ({ come, room }) => {
        await configureRoom(server, 'alice', room, change);
        const [bob, carol] = [await come('bob'), await come('carol')];
        await bob.see('not-private');
        await bob.evaluate((m) => document.querySelector(`[data-testid="mode-${m}"]`)?.click(), mode);
        await bob.click('start-video');
        assert.match(await bob.text('notice', { kind: 'error' }), /only possible in private rooms/);
        assert.equal(await bob.count('stage'), 0);
        assert.equal(await carol.count('ring') + await carol.count('running-call'), 0);
      });
    }
  }

  callTest('a running call ends for all when its room is opened', async ({ come, room }) => {
    const [bob, carol] = [await come('bob'), await come('carol')];
    await startCall(bob, 'sfu');
    await acceptRing(carol);
    await expectMediaFrom(bob, jids('carol'));
    await configureRoom(server, 'alice', room, { membersonly: false });
    for (const tab of [bob, carol]) {
      await tab.gone('stage');
      assert.match(await tab.text('notice'), /not private any more/);
      assert.deepEqual(await tab.evaluate(() => window.parley.stats()), []);
      await tab.see('not-private');
    }
  });
});

describe('what goes wrong is said', () => {
  test('a wrong password', { timeout: TEST_TIMEOUT_MS }, async () => {
    const tab = await chromium.tab();
    await reported('wrong password', { tab }, async () => {
      await assert.rejects(logIn(tab, server, 'alice', 'wrong'));
      assert.match(await tab.text('login-error'), /address or the password is wrong/);
    });
    await tab.page.close();
  });
});
