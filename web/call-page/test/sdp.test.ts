import './dom';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { formatCandidate, parseCandidate } from '../src/jingle/candidate-line';
import type { SessionDescription } from '../src/jingle/description';
import { buildJingle, jingleMessage, parseJingle } from '../src/jingle/jingle-message';
import { directionToSenders, formatSdp, parseSdp, sendersToDirection } from '../src/jingle/sdp';
import { overTheWire, xml } from './dom';

const fixture = (name: string) => readFileSync(`test/fixtures/${name}`, 'utf8');
const overJingle = (description: SessionDescription) =>
  parseJingle(overTheWire(buildJingle(jingleMessage('session-initiate', 'a:b', { description }))))!
    .description;

describe('a browser\u2019s offer', () => {
  for (const name of ['chromium-offer.sdp', 'firefox-offer.sdp']) {
    test(`${name} survives the way over Jingle unchanged`, () => {
      const description = parseSdp(fixture(name), 'initiator');
      assert.deepEqual(overJingle(description), description);
      assert.deepEqual(parseSdp(formatSdp(description, 'initiator'), 'initiator'), description);
    });

    test(`${name} keeps what a call needs`, () => {
      const { contents, bundle } = parseSdp(fixture(name), 'initiator');
      assert.deepEqual(
        contents.map((c) => c.media),
        ['audio', 'video'],
      );
      assert.deepEqual(
        bundle,
        contents.map((c) => c.name),
      );
      assert.ok(
        contents.every(
          (c) => c.rtcpMux && c.transport.ufrag && c.transport.pwd && c.transport.fingerprint,
        ),
      );
      assert.ok(contents[0]!.payloadTypes.some((p) => p.name === 'opus' && p.channels === 2));
      const vp8 = contents[1]!.payloadTypes.find((p) => p.name === 'VP8')!;
      assert.ok(vp8.feedback.some((f) => f.type === 'nack' && f.subtype === 'pli'));
      assert.ok(
        contents.every((c) => c.sources.some((s) => s.parameters.some(([key]) => key === 'msid'))),
      );
    });
  }

  test('says where reduced-size RTCP is understood, and is told so', () => {
    const reduced = (name: string) =>
      overJingle(parseSdp(fixture(name), 'initiator')).contents.map((c) => c.rtcpReducedSize);
    assert.deepEqual(reduced('chromium-offer.sdp'), [true, true]);
    assert.deepEqual(reduced('firefox-offer.sdp'), [undefined, true]);
    const lines = formatSdp(parseSdp(fixture('firefox-offer.sdp'), 'initiator'), 'initiator');
    assert.equal(lines.match(/a=rtcp-rsize/g)?.length, 1);
  });

  test('loses RFC 2198 redundancy, which Jingle cannot express', () => {
    const { contents } = parseSdp(fixture('chromium-offer.sdp'), 'initiator');
    assert.ok(!contents[0]!.payloadTypes.some((p) => p.name === 'red'));
  });
});

describe('direction and senders', () => {
  const table = [
    ['sendrecv', 'initiator', 'both'],
    ['sendonly', 'initiator', 'initiator'],
    ['recvonly', 'initiator', 'responder'],
    ['sendonly', 'responder', 'responder'],
    ['recvonly', 'responder', 'initiator'],
    ['inactive', 'responder', 'none'],
  ] as const;
  for (const [direction, describer, senders] of table) {
    test(`${direction} of the ${describer} is senders=${senders}`, () => {
      assert.equal(directionToSenders(direction, describer), senders);
      assert.equal(sendersToDirection(senders, describer), direction);
    });
  }
});

describe('candidates', () => {
  const lines = [
    'candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host generation 0',
    'candidate:2 1 udp 1686052607 198.51.100.9 50001 typ srflx raddr 192.0.2.7 rport 50000 generation 0',
    'candidate:3 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active generation 0',
    'candidate:4 1 udp 2122262783 2001:db8::7 50002 typ host generation 1',
  ];
  for (const line of lines) {
    test(line, () => assert.equal(formatCandidate(parseCandidate(line)!), line));
  }
  test('an end mark is none', () => assert.equal(parseCandidate(''), undefined));
});

describe('an answer', () => {
  const offer = parseSdp(fixture('chromium-offer.sdp'), 'initiator');

  test('follows the offer\u2019s order, whatever the peer\u2019s', () => {
    const sdp = formatSdp(
      { ...offer, contents: [...offer.contents].reverse() },
      'responder',
      offer.contents,
    );
    assert.deepEqual(sdp.match(/^m=\w+/gm), ['m=audio', 'm=video']);
  });

  test('rejects contents that the peer left out', () => {
    const sdp = formatSdp(
      { contents: [offer.contents[0]!], bundle: [offer.contents[0]!.name] },
      'responder',
      offer.contents,
    );
    assert.match(sdp, /^m=video 0 /m);
    assert.match(sdp, /^m=audio 9 /m);
  });

  test('shares the one transport of a bundle', () => {
    const bare = { ...offer.contents[1]!, transport: { candidates: [] } };
    const sdp = formatSdp(
      { ...offer, contents: [offer.contents[0]!, bare] },
      'responder',
      offer.contents,
    );
    assert.equal(sdp.match(/^a=ice-ufrag:/gm)?.length, 2);
  });
});

describe('hostile Jingle', () => {
  const content = (description: string, transport = '') =>
    xml(
      `<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'><content creator='initiator' name='0'>` +
        `<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>${description}</description>` +
        `<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='u' pwd='p'>${transport}</transport></content></jingle>`,
    );
  const table: [string, Element][] = [
    [
      'a line break in a parameter',
      content(
        `<payload-type id='111' name='opus' clockrate='48000'>` +
          `<parameter name='x' value='1&#13;&#10;a=evil'/></payload-type>`,
      ),
    ],
    [
      'a line break in a codec name',
      content(`<payload-type id='111' name='opus&#10;a=evil' clockrate='48000'/>`),
    ],
    [
      'a line break in an msid',
      content(
        `<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='1'>` +
          `<parameter name='msid' value='a&#10;a=evil'/></source>`,
      ),
    ],
    [
      'a line break in a candidate',
      content('', `<candidate ip='192.0.2.1&#10;a=evil' port='1' priority='1'/>`),
    ],
    [
      'a fingerprint that is none',
      content(
        '',
        `<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256'>x&#10;a=evil</fingerprint>`,
      ),
    ],
  ];
  for (const [name, element] of table) {
    test(`${name} does not reach the SDP`, () => {
      assert.doesNotMatch(formatSdp(parseJingle(element)!.description, 'initiator'), /evil/);
    });
  }

  test('numbers out of range are dropped', () => {
    const { contents } = parseJingle(
      content(
        `<payload-type id='128' name='x' clockrate='1'/><payload-type id='-1' name='x' clockrate='1'/>`,
        `<candidate ip='192.0.2.1' port='65536' priority='1'/>`,
      ),
    )!.description;
    assert.deepEqual(contents[0]!.payloadTypes, []);
    assert.deepEqual(contents[0]!.transport.candidates, []);
  });

  test('prefixed names read like others', () => {
    const { contents } = parseJingle(
      content(`<h:rtp-hdrext xmlns:h='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='1' uri='urn:x'/>`),
    )!.description;
    assert.deepEqual(contents[0]!.headerExtensions, [{ id: 1, uri: 'urn:x' }]);
  });
});

test('the SFU names whose media a session carries', () => {
  const message = parseJingle(
    xml(
      `<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='g:1'>` +
        `<conference-info xmlns='urn:xmpp:coin:1' isfocus='true'><users><user entity='xmpp:bob@localhost/x'/></users></conference-info></jingle>`,
    ),
  );
  assert.deepEqual(message?.conferenceUsers, ['bob@localhost/x']);
});
