import './dom';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Content } from '../src/jingle/description';
import { buildJingle, jingleMessage, parseJingle } from '../src/jingle/jingle-message';
import { formatSdp, parseSdp, sectionNames } from '../src/jingle/sdp';
import { overTheWire, xml } from './dom';

const fixture = (name: string) => readFileSync(`test/fixtures/${name}-simulcast-offer.sdp`, 'utf8');

/** The SFU's answer to an offer: it receives what the client sends. */
function answerTo(offer: Content[], rids: (content: Content) => string[]): string {
  const contents = offer.map((c) => ({ ...c, sources: [], sourceGroups: [], rids: rids(c) }));
  return formatSdp({ contents, bundle: contents.map((c) => c.name) }, 'responder', offer);
}

for (const browser of ['chromium', 'firefox']) {
  describe(`simulcast of ${browser}`, () => {
    const { contents, bundle } = parseSdp(fixture(browser), 'initiator');

    test('is offered over Jingle in the order of its encodings', () => {
      const element = overTheWire(
        buildJingle(
          jingleMessage('session-initiate', 'a:b', { description: { contents, bundle } }),
        ),
      );
      const read = parseJingle(element)!.description;
      assert.deepEqual(
        read.contents.map((c) => c.rids),
        [[], ['l', 'm', 'h']],
      );
      assert.deepEqual(read, { contents, bundle });
    });

    test('is received by the one who answers', () => {
      const sdp = answerTo(contents, (c) => c.rids);
      assert.deepEqual(sdp.match(/^a=(rid|simulcast):.*$/gm), [
        'a=rid:l recv',
        'a=rid:m recv',
        'a=rid:h recv',
        'a=simulcast:recv l;m;h',
      ]);
      assert.deepEqual(parseSdp(sdp, 'responder').contents[1]!.rids, ['l', 'm', 'h']);
    });

    test('is none where the answer has none', () => {
      assert.doesNotMatch(
        answerTo(contents, () => []),
        /rid:|simulcast/,
      );
    });

    test('needs the header extensions that name its encodings', () => {
      const uris = contents[1]!.headerExtensions.map((h) => h.uri);
      for (const uri of [
        'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
        'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
        'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
      ])
        assert.ok(uris.includes(uri), uri);
    });
  });
}

test('an encoding whose name is none does not reach the SDP', () => {
  const element = xml(
    `<jingle xmlns='urn:xmpp:jingle:1' action='session-accept' sid='s'><content creator='initiator' name='1'>` +
      `<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='video'><simulcast xmlns='urn:parley:sfu:0'>` +
      `<rid id='l'/><rid id='m;h'/><rid id='m&#10;a=evil'/><rid/></simulcast></description></content></jingle>`,
  );
  const { description } = parseJingle(element)!;
  assert.deepEqual(description.contents[0]!.rids, ['l']);
  assert.doesNotMatch(formatSdp(description, 'responder'), /evil/);
});

test('of alternative encodings the first counts, paused ones too', () => {
  const sdp = 'v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=simulcast:send l,k;~m\r\n';
  assert.deepEqual(parseSdp(sdp, 'initiator').contents[0]!.rids, ['l', 'm']);
});

test('every section has its name, rejected ones too', () => {
  const sdp = 'v=0\r\nm=audio 9 X 0\r\na=mid:0\r\nm=video 0 X 0\r\na=mid:1\r\nm=audio 0 X 0\r\n';
  assert.deepEqual(sectionNames(sdp), ['0', '1', '']);
});
