import './dom';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Content, Media } from '../src/jingle/description';
import { buildJingle, jingleMessage, parseJingle } from '../src/jingle/jingle-message';
import {
  afterAnswer,
  afterOwnOffer,
  type MediaSections,
  ownContents,
  remoteSdp,
  withContents,
  withoutContents,
  withSenders,
} from '../src/jingle/media-sections';
import { NegotiationQueue } from '../src/jingle/negotiation-queue';
import { parseSdp } from '../src/jingle/sdp';
import { overTheWire, xml } from './dom';

const OFFER = readFileSync('test/fixtures/chromium-simulcast-offer.sdp', 'utf8');
const SFU = {
  ufrag: 'sfu',
  pwd: 'sfu-password-sfu-password',
  fingerprint: { hash: 'sha-256', value: 'AA:BB', setup: 'passive' },
  candidates: [],
};

/** The SFU's answer to the offer: it receives all of it. */
const answer = (): Content[] =>
  parseSdp(OFFER, 'initiator').contents.map((c) => ({ ...c, sources: [], sourceGroups: [] }));

/** A content that the SFU adds, as it comes over Jingle. */
function added(name: string, media: Media): Content {
  const message = parseJingle(
    xml(
      `<jingle xmlns='urn:xmpp:jingle:1' action='content-add' sid='s'>` +
        `<content creator='responder' name='${name}' senders='responder'>` +
        `<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='${media}'>` +
        `<payload-type id='${media === 'audio' ? 111 : 96}' name='${media === 'audio' ? 'opus' : 'VP8'}' clockrate='90000'/><rtcp-mux/>` +
        `<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='77'><parameter name='cname' value='bob'/></source></description>` +
        `<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'/></content></jingle>`,
    ),
  );
  return message!.description.contents[0]!;
}

const started = () => afterAnswer(afterOwnOffer([], OFFER), answer());
const BOB = 'bob@localhost/x';
const CAROL = 'carol@localhost/x';
const lines = (sections: MediaSections) =>
  remoteSdp(sections, SFU)
    .match(/^(m=\w+ \d|a=mid:.*|a=group.*)/gm)!
    .join(' ');

describe('the sections of one session for all', () => {
  test('are those of the own offer, as the SFU answers it', () => {
    assert.equal(lines(started()), 'a=group:BUNDLE 0 1 m=audio 9 a=mid:0 m=video 9 a=mid:1');
    assert.match(remoteSdp(started(), SFU), /^a=simulcast:recv l;m;h$/m);
  });

  test('are inactive while the peer pauses them', () => {
    const full = withContents(started(), [added('b0', 'audio'), added('b1', 'video')], BOB);
    const modified = (senders: Content['senders']) =>
      ['0', 'b1'].map((name) => ({ ...added(name, 'video'), senders }));
    const paused = withSenders(full, modified('none'));
    const ways = (sections: MediaSections) =>
      remoteSdp(sections, SFU)
        .match(/^a=(sendonly|recvonly|inactive)$/gm)!
        .map((line) => line.slice(2));
    assert.deepEqual(ways(paused), ['recvonly', 'recvonly', 'sendonly', 'inactive']);
    assert.deepEqual(withSenders(paused, modified('responder')), full);
  });

  test('are rejected where the answer lacks them', () => {
    const sections = afterAnswer(afterOwnOffer([], OFFER), answer().slice(0, 1));
    assert.equal(lines(sections), 'a=group:BUNDLE 0 m=audio 9 a=mid:0 m=video 0 a=mid:1');
  });

  test('are followed by what the SFU adds, on the same transport', () => {
    const sections = withContents(started(), [added('b0', 'audio'), added('b1', 'video')], BOB);
    assert.equal(
      lines(sections),
      'a=group:BUNDLE 0 1 b0 b1 m=audio 9 a=mid:0 m=video 9 a=mid:1 m=audio 9 a=mid:b0 m=video 9 a=mid:b1',
    );
    const sdp = remoteSdp(sections, SFU);
    assert.equal(sdp.match(/^a=ice-ufrag:sfu$/gm)?.length, 4);
    assert.deepEqual(sdp.match(/^a=(sendonly|recvonly)$/gm), [
      'a=recvonly',
      'a=recvonly',
      'a=sendonly',
      'a=sendonly',
    ]);
    assert.deepEqual(
      sections.map((s) => s.source),
      [undefined, undefined, BOB, BOB],
    );
  });

  test('keep their line when the content goes, and another of its kind takes it', () => {
    const full = withContents(started(), [added('b0', 'audio'), added('b1', 'video')], BOB);
    const left = withoutContents(full, ['b0', 'b1']);
    assert.equal(
      lines(left),
      'a=group:BUNDLE 0 1 m=audio 9 a=mid:0 m=video 9 a=mid:1 m=audio 0 a=mid:b0 m=video 0 a=mid:b1',
    );
    const again = withContents(left, [added('c1', 'video'), added('c2', 'video')], CAROL);
    assert.deepEqual(
      again.map((s) => [s.name, s.source]),
      [
        ['0', undefined],
        ['1', undefined],
        ['b0', undefined],
        ['c1', CAROL],
        ['c2', CAROL],
      ],
    );
  });

  test('take no content of a name that is there', () => {
    assert.throws(() => withContents(started(), [added('0', 'audio')], BOB), /content 0/);
    const gone = withoutContents(started(), ['1']);
    assert.throws(() => withContents(gone, [added('1', 'audio')], BOB), /content 1/);
    assert.equal(withContents(gone, [added('1', 'video')], BOB)[1]!.source, BOB);
  });

  test('follow the browser where it puts a new one of its own into a rejected place', () => {
    const gone = withoutContents(started(), ['1']);
    const renamed = OFFER.replace('a=mid:1', 'a=mid:7');
    const sections = afterOwnOffer(gone, renamed);
    assert.deepEqual(
      sections.map((s) => [s.name, s.remote !== undefined]),
      [
        ['0', true],
        ['7', false],
      ],
    );
  });

  test('lose what the browser rejects', () => {
    const sections = afterOwnOffer(started(), OFFER.replace('m=video 9', 'm=video 0'));
    assert.equal(lines(sections), 'a=group:BUNDLE 0 m=audio 9 a=mid:0 m=video 0 a=mid:1');
  });

  test('an answer has only the contents that were asked about, and whose they are', () => {
    const sections = withContents(started(), [added('b0', 'audio')], BOB);
    const sdp =
      `${OFFER.trim()}\r\n${OFFER.slice(OFFER.indexOf('m=audio'), OFFER.indexOf('m=video'))}`
        .replace(/a=mid:0(?![\s\S]*a=mid:0)/, 'a=mid:b0')
        .replace(/a=sendonly(?![\s\S]*a=sendonly)/, 'a=recvonly');
    assert.deepEqual(
      ownContents(sections, sdp, ['b0']).map((c) => [c.name, c.creator, c.senders]),
      [['b0', 'responder', 'responder']],
    );
  });
});

describe('negotiation', () => {
  const message = (action: string) => jingleMessage(action, 's');

  test('an offer of the peer waits until it has answered the own one', async () => {
    const queue = new NegotiationQueue();
    const order: string[] = [];
    const own = queue.run(async () => {
      order.push('own offer');
      const answer = await queue.expect((m) => m.action === 'content-accept', 1_000);
      order.push(answer.action);
    });
    const peers = queue.run(async () => void order.push('peer\u2019s offer'));
    await new Promise(setImmediate);
    assert.equal(queue.deliver(message('content-add')), false);
    assert.equal(queue.deliver(message('content-accept')), true);
    await Promise.all([own, peers]);
    assert.deepEqual(order, ['own offer', 'content-accept', 'peer\u2019s offer']);
    assert.equal(queue.deliver(message('content-accept')), false);
  });

  test('goes on after a step that failed, and after one that got no answer', async () => {
    const queue = new NegotiationQueue();
    const failing = queue.run(() => Promise.reject(new Error('no')));
    const silent = queue.run(() => queue.expect(() => true, 5));
    const last = queue.run(() => Promise.resolve('done'));
    await assert.rejects(failing, /no/);
    await assert.rejects(silent, /no answer in time/);
    assert.equal(await last, 'done');
    assert.equal(queue.deliver(message('content-accept')), false);
  });

  test('ends with the session', async () => {
    const queue = new NegotiationQueue();
    const waiting = queue.run(() => queue.expect(() => true, 60_000));
    const next = queue.run(() => Promise.resolve());
    await new Promise(setImmediate);
    queue.close();
    await assert.rejects(waiting, /has ended/);
    await assert.rejects(next, /has ended/);
  });
});

describe('what a session tells besides', () => {
  const told = (payload: string) =>
    parseJingle(
      xml(`<jingle xmlns='urn:xmpp:jingle:1' action='session-info' sid='s'>${payload}</jingle>`),
    )!;

  test('who speaks most', () => {
    const { speaker } = told(`<speaker xmlns='urn:parley:sfu:0' jid='${BOB}'/>`);
    assert.equal(speaker, BOB);
    assert.equal(told('').speaker, undefined);
  });

  for (const [attributes, maxHeight] of [
    ['', undefined],
    [`max-height='0'`, 0],
    [`max-height='360'`, 360],
  ] as const) {
    test(`what is watched: ${attributes || 'any height'}`, () => {
      const { demand } = told(
        `<demand xmlns='urn:parley:sfu:0' creator='initiator' name='1' ${attributes}/>`,
      );
      assert.deepEqual(demand, { name: '1', maxHeight });
    });
  }

  test('of what is watched nothing that makes no sense', () => {
    assert.equal(told(`<demand xmlns='urn:parley:sfu:0' max-height='360'/>`).demand, undefined);
    for (const height of ['-1', 'tall', '', '999999'])
      assert.equal(
        told(`<demand xmlns='urn:parley:sfu:0' name='1' max-height='${height}'/>`).demand,
        undefined,
      );
  });

  for (const muted of [true, false]) {
    test(`that a content is ${muted ? 'muted' : 'not muted any more'}`, () => {
      const mute = { muted, creator: 'responder', name: 'b0' } as const;
      const message = jingleMessage('session-info', 's', { mute });
      assert.deepEqual(parseJingle(overTheWire(buildJingle(message)))!.mute, mute);
    });
  }

  test('that this one session is for all', () => {
    const asked = jingleMessage('session-initiate', 's', { singleSession: true });
    assert.equal(parseJingle(overTheWire(buildJingle(asked)))!.singleSession, true);
    assert.equal(told('').singleSession, false);
  });

  test('that a content shows slides', () => {
    const contents = [{ ...added('2', 'video'), categories: ['slides'] }];
    const message = jingleMessage('content-add', 's', { description: { contents, bundle: [] } });
    const read = parseJingle(overTheWire(buildJingle(message)))!;
    assert.deepEqual(read.description.contents, contents);
  });
});
