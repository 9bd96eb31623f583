import {
  cameraEncodings,
  screenEncodings,
  watchedEncodings,
  withoutSimulcast,
} from '../media/encodings';
import type { LocalMedia, LocalSource, SourceName } from '../media/local-media';
import { forwardedCodecs } from '../media/video-codecs';
import type { Media } from './description';

/** The transceivers with which this client sends its microphone, its camera and its screen. */
export class OwnSenders {
  private transceivers = new Map<SourceName, RTCRtpTransceiver>();
  private encodings = new Map<SourceName, RTCRtpEncodingParameters[]>();
  /** The largest height that anybody wants of it; 0 for none. Nothing was told of the others. */
  private heightsMax = new Map<SourceName, number>();
  /** What the peer would not take; it is asked again when the device was off meanwhile. */
  private refused = new Set<SourceName>();

  constructor(
    private readonly pc: RTCPeerConnection,
    private readonly local: LocalMedia,
  ) {}

  /** Sources that are on and not sent. */
  missing(): LocalSource[] {
    return this.local
      .sources()
      .filter((s) => s.track && !this.transceivers.has(s.name) && !this.refused.has(s.name));
  }

  add({ name, kind, track }: LocalSource): void {
    const encodings = track && encodingsOf(name, track);
    const transceiver = this.pc.addTransceiver(track ?? kind, {
      direction: 'sendonly',
      streams: [this.local.stream],
      ...(encodings ? { sendEncodings: encodings } : {}),
    });
    limitCodecs(transceiver, kind);
    this.transceivers.set(name, transceiver);
    if (encodings) this.encodings.set(name, encodings);
  }

  /** A section that sends nothing, for the peer to know what this browser can decode. */
  addSilent(kind: Media): void {
    limitCodecs(this.pc.addTransceiver(kind, { direction: 'recvonly' }), kind);
  }

  /** Sends the tracks that there are now. */
  syncTracks(): void {
    for (const { name, track } of this.local.sources()) {
      if (!track) this.refused.delete(name);
      const sender = this.transceivers.get(name)?.sender;
      if (sender && sender.track !== (track ?? null))
        sender.replaceTrack(track ?? null).catch(() => undefined);
    }
  }

  stop(name: SourceName): void {
    this.transceivers.get(name)?.stop();
    this.transceivers.delete(name);
    this.heightsMax.delete(name);
  }

  /** What the others want of the content has changed; undefined for any height. */
  setHeightMax(mid: string, height: number | undefined): void {
    for (const [name, transceiver] of this.transceivers) {
      if (transceiver.mid !== mid) continue;
      if (height === undefined) this.heightsMax.delete(name);
      else this.heightsMax.set(name, height);
    }
    this.sendWatched();
  }

  /** Sends no encoding that nobody watches. */
  sendWatched(): void {
    for (const [name, { sender }] of this.transceivers) {
      if (name === 'microphone') continue;
      const parameters = sender.getParameters();
      const height = sender.track?.getSettings().height ?? 0;
      const watched = watchedEncodings(parameters.encodings, height, this.heightsMax.get(name));
      if (parameters.encodings.every(({ active }, i) => active === watched[i])) continue;
      parameters.encodings.forEach((encoding, i) => (encoding.active = watched[i] ?? true));
      sender
        .setParameters(parameters)
        .catch((error) => console.warn(`the encodings of the ${name} stay as they are`, error));
    }
  }

  /** After an answer: what the peer rejected sends no more, and what it takes one size of is whole. */
  async settle(): Promise<void> {
    for (const [name, { sender, currentDirection }] of this.transceivers) {
      if (currentDirection === 'stopped') {
        this.refused.add(name);
        this.transceivers.delete(name);
        continue;
      }
      const parameters = sender.getParameters();
      const encodings = this.encodings.get(name) ?? [];
      if (encodings.length < 2 || parameters.encodings.length !== 1) continue;
      parameters.encodings = withoutSimulcast(parameters.encodings, encodings);
      await sender.setParameters(parameters);
    }
  }

  midOf(name: SourceName): string | undefined {
    return this.transceivers.get(name)?.mid ?? undefined;
  }
}

function encodingsOf(
  name: SourceName,
  track: MediaStreamTrack,
): RTCRtpEncodingParameters[] | undefined {
  if (name === 'microphone') return undefined;
  return name === 'screen' ? screenEncodings() : cameraEncodings(track.getSettings().height ?? 0);
}

function limitCodecs(transceiver: RTCRtpTransceiver, kind: Media): void {
  const codecs = RTCRtpReceiver.getCapabilities?.(kind)?.codecs;
  if (kind === 'video' && codecs && transceiver.setCodecPreferences)
    transceiver.setCodecPreferences(forwardedCodecs(codecs));
}
