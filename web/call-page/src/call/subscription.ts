import { NS } from '../xmpp/namespaces';
import { el } from '../xmpp/xml';

/** What the page shows of the others. Heights in CSS pixels. */
export interface Layout {
  tiles: readonly TileView[];
  /** Of the screen: device pixels for one CSS pixel. */
  pixelRatio: number;
}

export interface TileView {
  jid: string;
  height: number;
  visible: boolean;
  /** The person wants to see this one, whoever speaks. */
  pinned?: boolean;
}

/** What the SFU is asked to send; heights in pixels of the picture. */
export interface Subscription {
  video: 'all' | 'recent-speakers' | 'none';
  /** Of recent-speakers. */
  count: number | undefined;
  maxHeight: number;
  /** For whom it differs from the rest. */
  participants: ParticipantSubscription[];
}

export interface ParticipantSubscription {
  jid: string;
  video: boolean;
  maxHeight: number;
  pinned: boolean;
}

/** Heights of a camera's usual encodings: a tile gets the one that fills it. */
const STEPS = [180, 360, 720, 1080] as const;
/** More moving pictures than these help nobody. */
const VIDEOS_MAX = 25;
const PARTICIPANTS_MAX = 200;

function stepFor(height: number): number {
  return STEPS.find((step) => height <= step) ?? 2160;
}

/** The height of most tiles goes for all; the others are named. */
export function subscriptionFor({ tiles, pixelRatio }: Layout): Subscription {
  const wanted = tiles.map(({ jid, height, visible, pinned }) => ({
    jid,
    video: visible && height > 0,
    maxHeight: stepFor(height * pixelRatio),
    pinned: pinned === true,
  }));
  const seen = wanted.filter((w) => w.video);
  const maxHeight = mostFrequent(seen.map((w) => w.maxHeight)) ?? STEPS[0];
  const crowded = seen.length > VIDEOS_MAX;
  return {
    video: seen.length === 0 && tiles.length > 0 ? 'none' : crowded ? 'recent-speakers' : 'all',
    count: crowded ? VIDEOS_MAX : undefined,
    maxHeight,
    participants:
      seen.length === 0
        ? []
        : wanted
            .filter((w) => w.pinned || !w.video || w.maxHeight !== maxHeight)
            .slice(0, PARTICIPANTS_MAX),
  };
}

function mostFrequent(values: number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || b - a)[0]?.[0];
}

const SETTLE_MS = 250;

/** Sends what the page wants once its layout has settled, and only where it has changed. */
export class SubscriptionSender {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sent = '';

  constructor(private readonly send: (wanted: Element) => Promise<void>) {}

  show(layout: Layout): void {
    clearTimeout(this.timer);
    if (layout.tiles.length === 0) return;
    const wanted = subscriptionFor(layout);
    const key = JSON.stringify(wanted);
    if (key === this.sent) return;
    this.timer = setTimeout(() => {
      this.sent = key;
      this.send(buildSubscription(wanted)).catch((error) => {
        console.warn('the subscription was refused', error);
        this.sent = '';
      });
    }, SETTLE_MS);
  }

  /** The next call knows nothing of this one. */
  reset(): void {
    clearTimeout(this.timer);
    this.sent = '';
  }
}

export function buildSubscription(wanted: Subscription): Element {
  return el(
    'subscription',
    {
      xmlns: NS.parleySfu,
      audio: 'true',
      video: wanted.video,
      count: wanted.count,
      'max-height': wanted.maxHeight,
    },
    ...wanted.participants.map(({ jid, video, maxHeight, pinned }) =>
      el('participant', {
        jid,
        video: video ? undefined : 'false',
        'max-height': video ? maxHeight : undefined,
        pinned: pinned ? 'true' : undefined,
      }),
    ),
  );
}
