import './dom';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActivityMeter } from '../src/media/activity';
import { applyPresence } from '../src/muc/occupants';
import { tileSize } from '../src/ui/grid-shape';
import { callProblem } from '../src/words';
import { parseInfo, roomFacts } from '../src/xmpp/disco';
import { completeJid } from '../src/xmpp/jid';
import { parseStanzaError } from '../src/xmpp/errors';
import { xml } from './dom';

describe('tiles', () => {
  for (const [width, height] of [
    [1260, 640],
    [370, 600],
    [800, 800],
  ] as const) {
    for (const count of [1, 2, 3, 4, 6, 9, 16]) {
      test(`${count} fit into ${width}x${height}`, () => {
        const size = tileSize(count, width, height, 10);
        const columns = Math.floor((width + 10) / (size.width + 10));
        const rows = Math.ceil(count / columns);
        assert.ok(
          size.width > 0 && rows * size.height + (rows - 1) * 10 <= height,
          JSON.stringify(size),
        );
      });
    }
  }
  test('three on a wide stage stand in two rows, three on a phone in one column', () => {
    assert.ok(tileSize(3, 1260, 640, 10).width > 500);
    assert.ok(tileSize(3, 370, 600, 10).width > 300);
  });
});

describe('activity', () => {
  test('a pause between words does not end the mark, silence does', () => {
    const meter = new ActivityMeter();
    assert.equal(meter.update(0.2, 0, 0).speaking, true);
    assert.equal(meter.update(0, 0, 500).speaking, true);
    assert.equal(meter.update(0, 0, 1_500).speaking, false);
  });
  test('no new frames for a while means that the camera is off', () => {
    const meter = new ActivityMeter();
    assert.equal(meter.update(0, 10, 0).hasVideo, true);
    assert.equal(meter.update(0, 10, 4_000).hasVideo, false);
  });
});

describe('errors', () => {
  const refused = (condition: string, application = '', text = '') =>
    callProblem(
      parseStanzaError(
        xml(
          `<message xmlns='jabber:client' type='error'><error type='cancel'>` +
            `<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>` +
            (text ? `<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>${text}</text>` : '') +
            (application ? `<${application} xmlns='urn:xmpp:jingle-muc-message:0'/>` : '') +
            '</error></message>',
        ),
      ),
    );
  test('each application condition of the call protocol has a sentence of its own', () => {
    const conditions = [
      'room-not-private',
      'active-call',
      'unknown-call',
      'call-ended',
      'already-participant',
      'call-full',
      'not-participant',
      'not-initiator',
      'no-session',
      'no-conference',
      'rate-limited',
      'calls-disabled',
      'not-a-moderator',
      'mode-not-allowed',
      'draining',
      'malformed-call-message',
    ];
    const sentences = new Set(conditions.map((c) => refused('not-allowed', c)));
    assert.equal(sentences.size, conditions.length);
    assert.ok([...sentences].every((s) => !s.startsWith('The server does not allow')));
  });
  test('an unknown condition falls back to the stanza\u2019s and the server\u2019s text', () => {
    assert.match(
      refused('forbidden', '', 'No voice.'),
      /members with the right to speak.*No voice\./,
    );
  });
});

describe('presence', () => {
  const presence = (nick: string, inner: string, type = '') =>
    xml(
      `<presence xmlns='jabber:client' from='team@conference.localhost/${nick}'${type && ` type='${type}'`}>` +
        `<x xmlns='http://jabber.org/protocol/muc#user'>${inner}</x></presence>`,
    );
  const bob = presence(
    'bob',
    `<item jid='bob@localhost/r' role='participant' affiliation='member'/>`,
  );
  test('arrivals and departures', () => {
    const { occupants } = applyPresence(new Map(), bob);
    assert.equal(occupants.get('bob')?.jid, 'bob@localhost/r');
    const gone = applyPresence(
      occupants,
      presence('bob', `<item role='none'/><status code='307'/><status code='110'/>`, 'unavailable'),
    );
    assert.deepEqual(
      [gone.occupants.size, gone.left?.jid, gone.cause, gone.self],
      [0, 'bob@localhost/r', 'kicked', true],
    );
  });
  test('a change of nick is no departure', () => {
    const { occupants } = applyPresence(new Map(), bob);
    const change = applyPresence(
      occupants,
      presence('bob', `<item nick='bobby'/><status code='303'/>`, 'unavailable'),
    );
    assert.equal(change.left, undefined);
    assert.equal(change.occupants.get('bobby')?.jid, 'bob@localhost/r');
  });
});

test('a room\u2019s disco tells whether calls are possible', () => {
  const info = (features: string[], modes = '') =>
    parseInfo(
      xml(`<iq xmlns='jabber:client'><query xmlns='http://jabber.org/protocol/disco#info'>
    <identity category='conference' type='text' name='Team'/>${features.map((f) => `<feature var='${f}'/>`).join('')}
    <x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE'><value>urn:xmpp:jingle-muc-message:0#room</value></field>
    <field var='sfu_service'><value>sfu.localhost</value></field>${modes}</x></query></iq>`),
    );
  const facts = roomFacts('team@x', info(['muc_membersonly', 'muc_nonanonymous']));
  assert.deepEqual(
    [facts.isPrivate, facts.name, facts.sfuService, facts.hasCall],
    [true, 'Team', 'sfu.localhost', false],
  );
  assert.deepEqual(facts.modes, ['sfu', 'mesh']);
  const meshOnly = info([], `<field var='modes'><value>mesh</value></field>`);
  assert.deepEqual(roomFacts('team@x', meshOnly).modes, ['mesh']);
  assert.equal(roomFacts('team@x', info(['muc_open', 'muc_nonanonymous'])).isPrivate, false);
});

test('typed addresses are completed or refused', () => {
  assert.equal(completeJid(' Alice ', 'localhost'), 'alice@localhost');
  assert.equal(completeJid('team@Conference.localhost', 'x'), 'team@conference.localhost');
  for (const bad of ['', 'a b', '@x', 'a@', 'a@b/c', 'a@b@c'])
    assert.equal(completeJid(bad, 'localhost'), undefined);
});
