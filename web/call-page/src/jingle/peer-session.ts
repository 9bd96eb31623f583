import type { LocalMedia } from '../media/local-media';
import type { Content, Media, Role, SessionDescription } from './description';
import type { JingleMessage } from './jingle-message';
import { formatSdp, parseSdp } from './sdp';
import { Session, type SessionOptions } from './session';

export type Flow = 'send' | 'receive' | 'both';

export interface PeerSessionOptions extends SessionOptions {
  role: Role;
  flow: Flow;
  media: Media[];
  local: LocalMedia;
  /** Video codecs to offer, by name; all that the browser knows if absent. */
  videoCodecs?: string[] | undefined;
  mujiRoom?: string | undefined;
  onTrack(stream: MediaStream): void;
}

/** A session whose contents are all there from its start: one participant's media each way. */
export class PeerSession extends Session<PeerSessionOptions> {
  /** Tracks of the other party, as they come. */
  readonly remoteStream = new MediaStream();
  private own: SessionDescription = { contents: [], bundle: [] };
  private unsubscribe: () => void = () => undefined;

  constructor(options: PeerSessionOptions) {
    super(options);
    this.pc.ontrack = ({ track }) => {
      this.remoteStream.addTrack(track);
      options.onTrack(this.remoteStream);
    };
    if (options.flow !== 'receive')
      this.unsubscribe = options.local.onChange(() => this.syncTracks());
  }

  /** Sends session-initiate; resolves when the peer has acknowledged it, rejects with its error. */
  async initiate(ownJid: string): Promise<void> {
    const { media, flow, local, mujiRoom } = this.options;
    for (const kind of media) {
      const transceiver = this.pc.addTransceiver(local.track(kind) ?? kind, {
        direction: flow === 'send' ? 'sendonly' : flow === 'receive' ? 'recvonly' : 'sendrecv',
        streams: [local.stream],
      });
      this.limitCodecs(transceiver, kind);
    }
    await this.pc.setLocalDescription(await this.pc.createOffer());
    this.readOwnDescription();
    await this.send('session-initiate', { initiator: ownJid, description: this.own, mujiRoom });
    this.releaseCandidates();
  }

  /** Answers a session-initiate with session-accept. */
  accept(offer: JingleMessage, ownJid: string): Promise<void> {
    return this.queue.run(async () => {
      await this.pc.setRemoteDescription({
        type: 'offer',
        sdp: formatSdp(offer.description, 'initiator'),
      });
      if (this.options.flow !== 'receive') this.attachTracks();
      await this.pc.setLocalDescription(await this.pc.createAnswer());
      this.readOwnDescription();
      await this.send('session-accept', { responder: ownJid, description: this.own });
      this.releaseCandidates();
    });
  }

  /** The peer's session-accept. */
  accepted(message: JingleMessage): Promise<void> {
    return this.queue.run(async () => {
      const sdp = formatSdp(message.description, 'responder', this.own.contents);
      await this.pc.setRemoteDescription({ type: 'answer', sdp });
    });
  }

  protected override ownContent(name: string): Content | undefined {
    return this.own.contents.find((c) => c.name === name);
  }

  protected override close(): void {
    this.unsubscribe();
    super.close();
  }

  private limitCodecs(transceiver: RTCRtpTransceiver, kind: Media): void {
    const wanted = this.options.videoCodecs;
    const codecs = RTCRtpReceiver.getCapabilities?.(kind)?.codecs;
    if (kind !== 'video' || !wanted || !codecs || !transceiver.setCodecPreferences) return;
    transceiver.setCodecPreferences(
      codecs.filter((c) => wanted.includes(c.mimeType.split('/')[1] ?? '')),
    );
  }

  /** Puts this client's tracks into the sections that the peer's offer opened. */
  private attachTracks(): void {
    const { local } = this.options;
    for (const transceiver of this.pc.getTransceivers()) {
      transceiver.direction = 'sendrecv';
      transceiver.sender.setStreams?.(local.stream);
    }
    this.syncTracks();
  }

  private syncTracks(): void {
    for (const { sender, receiver } of this.pc.getTransceivers()) {
      const track = this.options.local.track(receiver.track.kind as Media) ?? null;
      if (sender.track !== track) sender.replaceTrack(track).catch(() => undefined);
    }
  }

  private readOwnDescription(): void {
    this.own = parseSdp(this.pc.localDescription?.sdp ?? '', this.options.role);
  }
}
