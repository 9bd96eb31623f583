import './dom';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildPropose, parseCallMessage, parseCalls } from '../src/call/call-message';
import {
  applyCallList,
  applyCallMessage,
  applyDeparture,
  type Calls,
  initiatesTo,
  type Speaker,
} from '../src/call/call-model';
import { el } from '../src/xmpp/xml';
import { overTheWire, xml } from './dom';

const NS = 'urn:xmpp:jingle-muc-message:0';
const ID = '11111111-1111-4111-8111-111111111111';
const who = (nick: string): Speaker => ({ jid: `${nick}@localhost/r`, nick, isRoom: false });
const ROOM: Speaker = { jid: 'team@conference.localhost', nick: '', isRoom: true };

const said = (element: string, extra = '') =>
  parseCallMessage(
    xml(`<message xmlns='jabber:client' type='groupchat'>${element}${extra}</message>`),
  )!;
const PROPOSE = `<propose xmlns='${NS}' id='${ID}'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose>`;
const verb = (name: string, position?: number) =>
  `<${name} xmlns='${NS}' id='${ID}'${position ? ` position='${position}'` : ''}/>`;

function play(...steps: [string, Speaker][]): Calls {
  return steps.reduce<Calls>(
    (calls, [element, from]) => applyCallMessage(calls, said(element), from, 1_000),
    [],
  );
}

describe('guests', () => {
  const guest = (name: string, position: number) =>
    `<${name} xmlns='${NS}' id='${ID}' position='${position}' jid='gina@localhost/r' guest='true' nick='gina@localhost'/>`;

  test('the room speaks for them, and the call goes on without them', () => {
    const during = play([PROPOSE, who('alice')], [guest('accept', 2), ROOM]);
    assert.deepEqual(
      during[0]!.participants.map((p) => [p.nick, p.jid, p.position]),
      [
        ['alice', 'alice@localhost/r', 1],
        ['gina@localhost', 'gina@localhost/r', 2],
      ],
    );
    const [after] = applyCallMessage(during, said(guest('ended', 2)), ROOM, 1_000);
    assert.deepEqual(
      after!.participants.map((p) => p.nick),
      ['alice'],
    );
  });

  test('an occupant cannot speak as one', () => {
    const calls = play([PROPOSE, who('alice')], [guest('accept', 2), who('bob')]);
    assert.equal(calls[0]!.participants[1]!.jid, 'bob@localhost/r');
  });
});

describe('where the room does not stamp', () => {
  test('positions follow the order of arrival', () => {
    const [call] = play(
      [PROPOSE, who('alice')],
      [verb('accept'), who('bob')],
      [verb('accept'), who('carol')],
    );
    assert.equal(call!.state, 'active');
    assert.deepEqual(
      call!.participants.map((p) => [p.nick, p.position]),
      [
        ['alice', 1],
        ['bob', 2],
        ['carol', 3],
      ],
    );
  });

  test('the call is over when the last one leaves', () => {
    const calls = play(
      [PROPOSE, who('alice')],
      [verb('accept'), who('bob')],
      [verb('ended'), who('alice')],
    );
    assert.equal(calls.length, 1);
    assert.equal(applyDeparture(calls, 'bob@localhost/r').length, 0);
  });

  test('an old proposal out of the history is no call', () => {
    const old = said(PROPOSE, `<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>`);
    assert.deepEqual(applyCallMessage([], old, who('alice'), 1_000), []);
  });
});

describe('where the room stamps', () => {
  const stamped = PROPOSE.replace('<propose', `<propose position='1'`);

  test('its positions count', () => {
    const [call] = play([stamped, who('alice')], [verb('accept', 5), who('bob')]);
    assert.deepEqual(
      call!.participants.map((p) => p.position),
      [1, 5],
    );
  });

  test('an empty call stays until the room ends it', () => {
    const empty = play(
      [stamped, who('alice')],
      [verb('accept', 2), who('bob')],
      [verb('ended'), who('alice')],
      [verb('ended'), who('bob')],
    );
    assert.deepEqual(empty[0]!.participants, []);
    assert.deepEqual(applyCallMessage(empty, said(verb('ended')), ROOM, 1_000), []);
  });

  test('a replayed proposal is a call', () => {
    const replayed = said(stamped, `<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>`);
    assert.equal(applyCallMessage([], replayed, who('alice'), 1_000).length, 1);
  });

  test('who left may come back at a new position', () => {
    const [call] = play(
      [stamped, who('alice')],
      [verb('accept', 2), who('bob')],
      [verb('ended'), who('bob')],
      [verb('accept', 3), who('bob')],
    );
    assert.deepEqual(
      call!.participants.map((p) => [p.nick, p.position]),
      [
        ['alice', 1],
        ['bob', 3],
      ],
    );
  });
});

test('only the initiator or the room takes a proposal back', () => {
  const calls = play([PROPOSE, who('alice')]);
  assert.equal(applyCallMessage(calls, said(verb('retract')), who('bob'), 1_000).length, 1);
  assert.equal(applyCallMessage(calls, said(verb('retract')), who('alice'), 1_000).length, 0);
});

test('a rejection is remembered until that person accepts', () => {
  const calls = play([PROPOSE, who('alice')], [verb('reject'), who('bob')]);
  assert.deepEqual(calls[0]!.rejected, ['bob']);
  assert.deepEqual(
    applyCallMessage(calls, said(verb('accept')), who('bob'), 1_000)[0]!.rejected,
    [],
  );
});

test('of two participants the one with the lower position initiates', () => {
  const [call] = play(
    [PROPOSE, who('alice')],
    [verb('accept'), who('bob')],
    [verb('accept'), who('carol')],
  );
  const peers = (nick: string) => initiatesTo(call!, who(nick).jid).map((p) => p.nick);
  assert.deepEqual(
    [peers('alice'), peers('bob'), peers('carol'), peers('dave')],
    [['bob', 'carol'], ['carol'], [], []],
  );
});

test('the room\u2019s list replaces what messages told', () => {
  const calls = play([PROPOSE, who('alice')], [verb('accept'), who('bob')]);
  const list = parseCalls(
    xml(`<calls xmlns='${NS}'><call id='${ID}' mode='sfu' state='active' service='sfu.localhost'
    since='2026-01-01T00:00:00Z' initiator='alice@localhost/r'><participant nick='carol' jid='carol@localhost/r'
    position='3' media='audio video'/></call></calls>`),
  );
  const [call] = applyCallList(calls, list);
  assert.deepEqual(call!.participants, [{ jid: 'carol@localhost/r', nick: 'carol', position: 3 }]);
  assert.equal(call!.service, 'sfu.localhost');
  assert.equal(call!.since, Date.UTC(2026, 0, 1));
  assert.deepEqual(applyCallList(calls, []), []);
});

test('calls that other clients hold among themselves cannot be joined', () => {
  const list = parseCalls(
    xml(`<calls xmlns='${NS}'><call id='${ID}' mode='muji' state='active' since='2026-01-01T00:00:00Z'
    initiator='alice@localhost/r'><muji xmlns='urn:xmpp:jingle:muji:0' room='8a3f01bc@conference.localhost'/>
    <participant nick='alice' jid='alice@localhost/r' position='1' media='audio'/></call></calls>`),
  );
  assert.deepEqual(list, []);
});

test('a proposal reads back as it was built', () => {
  const message = parseCallMessage(
    overTheWire(el('message', {}, buildPropose('sfu', ID, ['audio', 'video'], 'sfu.localhost'))),
  )!;
  assert.deepEqual(
    [message.verb, message.mode, message.id, message.media, message.service],
    ['propose', 'sfu', ID, ['audio', 'video'], 'sfu.localhost'],
  );
});
