import { overTheWire } from './dom';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildSubscription, subscriptionFor, type TileView } from '../src/call/subscription';
import { cameraEncodings, watchedEncodings, withoutSimulcast } from '../src/media/encodings';
import { forwardedCodecs } from '../src/media/video-codecs';

describe('encodings of a camera', () => {
  const table: [height: number, encodings: (string | number | undefined)[][]][] = [
    [
      1080,
      [
        ['l', 4],
        ['m', 2],
        ['h', 1],
      ],
    ],
    [
      720,
      [
        ['l', 4],
        ['m', 2],
        ['h', 1],
      ],
    ],
    [
      360,
      [
        ['l', 2],
        ['m', 1],
      ],
    ],
    [180, [[undefined, undefined]]],
    [0, [[undefined, undefined]]],
  ];
  for (const [height, expected] of table) {
    test(`${height} pixels high: ${expected.length}`, () => {
      assert.deepEqual(
        cameraEncodings(height).map((e) => [e.rid, e.scaleResolutionDownBy]),
        expected,
      );
    });
  }

  const watched: [height: number, maxHeight: number | undefined, sent: string][] = [
    [720, undefined, 'lmh'],
    [720, 0, ''],
    [720, 16, 'l'],
    [720, 180, 'l'],
    [720, 359, 'l'],
    [720, 360, 'lm'],
    [720, 8192, 'lmh'],
    [1080, 360, 'l'],
    [1080, 540, 'lm'],
    [0, undefined, 'lmh'],
    [0, 180, 'lmh'],
    [0, 0, ''],
  ];
  for (const [height, maxHeight, expected] of watched) {
    test(`of ${height} pixels, ${maxHeight} watched: "${expected}" are sent`, () => {
      const encodings = cameraEncodings(720);
      const sent = watchedEncodings(encodings, height, maxHeight);
      assert.equal(encodings.map((e, i) => (sent[i] ? e.rid : '')).join(''), expected);
    });
  }

  test('a single one is sent while anything is watched', () => {
    assert.deepEqual(watchedEncodings([{}], 1080, 180), [true]);
    assert.deepEqual(watchedEncodings([{}], 1080, 0), [false]);
  });

  test('where there is no simulcast the one that is left is the large picture', () => {
    const all = cameraEncodings(720);
    assert.deepEqual(withoutSimulcast([{ ...all[0]!, active: true }], all), [
      { rid: 'l', active: true, scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
    ]);
  });
});

describe('video codecs for the SFU', () => {
  const codecs = (...names: string[]) => names.map((name) => ({ mimeType: `video/${name}` }));
  test('are those that it forwards, in the browser\u2019s order, each with RTX', () => {
    assert.deepEqual(
      forwardedCodecs(codecs('VP8', 'rtx', 'H264', 'AV1', 'VP9', 'red', 'ulpfec', 'flexfec-03')),
      codecs('VP8', 'H264', 'AV1', 'VP9', 'rtx'),
    );
  });
  test('have at most 64 payload types with their RTX', () => {
    const many = Array.from({ length: 70 }, () => 'H264');
    assert.equal(forwardedCodecs(codecs(...many, 'rtx')).length, 33);
    assert.equal(forwardedCodecs(codecs(...many)).length, 64);
  });
});

describe('a subscription', () => {
  const tile = (jid: string, height: number, rest: Partial<TileView> = {}): TileView => ({
    jid,
    height,
    visible: true,
    ...rest,
  });
  const of = (tiles: TileView[], pixelRatio = 1) => subscriptionFor({ tiles, pixelRatio });

  test('names one height for tiles of one size, in pixels of the screen', () => {
    const tiles = [tile('a', 300), tile('b', 300)];
    assert.deepEqual(of(tiles), {
      video: 'all',
      count: undefined,
      maxHeight: 360,
      participants: [],
    });
    assert.equal(of(tiles, 2).maxHeight, 720);
  });

  test('does not change with every pixel', () => {
    assert.deepEqual(of([tile('a', 300)]), of([tile('a', 331)]));
  });

  test('names those apart that are larger, pinned or hidden', () => {
    const wanted = of([
      tile('a', 640, { pinned: true }),
      tile('b', 120),
      tile('c', 120),
      tile('d', 120, { visible: false }),
    ]);
    assert.equal(wanted.maxHeight, 180);
    assert.deepEqual(wanted.participants, [
      { jid: 'a', video: true, maxHeight: 720, pinned: true },
      { jid: 'd', video: false, maxHeight: 180, pinned: false },
    ]);
    const element = overTheWire(buildSubscription(wanted));
    assert.equal(element.namespaceURI, 'urn:parley:sfu:0');
    assert.deepEqual(
      [...element.childNodes].map((n) =>
        ['jid', 'video', 'max-height', 'pinned'].map((a) => (n as Element).getAttribute(a)),
      ),
      [
        ['a', null, '720', 'true'],
        ['d', 'false', null, null],
      ],
    );
  });

  test('of a page that nobody looks at wants no pictures', () => {
    const wanted = of([tile('a', 300, { visible: false }), tile('b', 300, { visible: false })]);
    assert.equal(wanted.video, 'none');
    assert.deepEqual(wanted.participants, []);
    assert.equal(overTheWire(buildSubscription(wanted)).getAttribute('audio'), 'true');
  });

  test('of a crowd wants those who spoke lately', () => {
    const wanted = of(Array.from({ length: 40 }, (_, i) => tile(String(i), 90)));
    assert.deepEqual([wanted.video, wanted.count], ['recent-speakers', 25]);
  });
});
