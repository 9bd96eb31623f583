import type { LocalMedia } from '../media/local-media';
import { formatCandidate, parseCandidate } from './candidate-line';
import type { Content, Media, Role, SessionDescription } from './description';
import { jingleMessage, type JingleMessage, type Reason } from './jingle-message';
import { formatSdp, parseSdp } from './sdp';

export type Flow = 'send' | 'receive' | 'both';
export type SessionState = 'connecting' | 'connected' | 'interrupted' | 'failed' | 'ended';

export interface SessionOptions {
  sid: string;
  /** Full JID of the other party, or the conference's JID. */
  peer: string;
  role: Role;
  flow: Flow;
  media: Media[];
  local: LocalMedia;
  iceServers: RTCIceServer[];
  /** Video codecs to offer, by name; all that the browser knows if absent. */
  videoCodecs?: string[] | undefined;
  mujiRoom?: string | undefined;
  /** Sends one Jingle IQ to the peer; settles with its answer. */
  send(message: JingleMessage): Promise<unknown>;
  onState(state: SessionState, reason?: Reason): void;
  onTrack(stream: MediaStream): void;
}

/**
 * One Jingle session on one RTCPeerConnection. Everything that touches the connection runs in order
 * through a queue, so that candidates wait for descriptions.
 */
export class PeerSession {
  readonly pc: RTCPeerConnection;
  /** Tracks of the other party, as they come. */
  readonly remoteStream = new MediaStream();
  state: SessionState = 'connecting';
  private queue: Promise<void> = Promise.resolve();
  private localDescription: SessionDescription | undefined;
  private announced = false;
  private heldCandidates: RTCIceCandidate[] = [];
  private unsubscribe: () => void = () => undefined;

  constructor(private readonly options: SessionOptions) {
    this.pc = new RTCPeerConnection({ iceServers: options.iceServers, bundlePolicy: 'max-bundle' });
    this.pc.onicecandidate = ({ candidate }) => candidate?.candidate && this.trickle(candidate);
    this.pc.onconnectionstatechange = () => this.connectionChanged();
    this.pc.ontrack = ({ track }) => {
      this.remoteStream.addTrack(track);
      options.onTrack(this.remoteStream);
    };
    if (options.flow !== 'receive')
      this.unsubscribe = options.local.onChange(() => this.syncTracks());
  }

  get sid(): string {
    return this.options.sid;
  }

  get peer(): string {
    return this.options.peer;
  }

  /** Sends session-initiate; resolves when the peer has acknowledged it, rejects with its error. */
  async initiate(ownJid: string): Promise<void> {
    const { media, flow, local } = this.options;
    for (const kind of media) {
      const transceiver = this.pc.addTransceiver(local.track(kind) ?? kind, {
        direction: flow === 'send' ? 'sendonly' : flow === 'receive' ? 'recvonly' : 'sendrecv',
        streams: [local.stream],
      });
      this.limitCodecs(transceiver, kind);
    }
    await this.pc.setLocalDescription(await this.pc.createOffer());
    const description = this.readLocalDescription();
    await this.options.send(
      jingleMessage('session-initiate', this.sid, {
        initiator: ownJid,
        description,
        mujiRoom: this.options.mujiRoom,
      }),
    );
    this.releaseCandidates();
  }

  /** Answers a session-initiate with session-accept. */
  accept(offer: JingleMessage, ownJid: string): Promise<void> {
    return this.enqueue(async () => {
      await this.pc.setRemoteDescription({
        type: 'offer',
        sdp: formatSdp(offer.description, 'initiator'),
      });
      if (this.options.flow !== 'receive') this.attachTracks();
      await this.pc.setLocalDescription(await this.pc.createAnswer());
      const description = this.readLocalDescription();
      await this.options.send(
        jingleMessage('session-accept', this.sid, { responder: ownJid, description }),
      );
      this.releaseCandidates();
    });
  }

  /** The peer's session-accept. */
  accepted(message: JingleMessage): Promise<void> {
    return this.enqueue(async () => {
      const sdp = formatSdp(message.description, 'responder', this.localDescription?.contents);
      await this.pc.setRemoteDescription({ type: 'answer', sdp });
    });
  }

  addCandidates(message: JingleMessage): Promise<void> {
    return this.enqueue(async () => {
      for (const content of message.description.contents) await this.addCandidatesOf(content);
    });
  }

  private async addCandidatesOf({ name, transport }: Content): Promise<void> {
    for (const candidate of transport.candidates) {
      await this.pc.addIceCandidate({
        candidate: formatCandidate(candidate),
        sdpMid: name,
        usernameFragment: transport.ufrag ?? null,
      });
    }
  }

  /** Ends the session; with a reason the peer is told. */
  end(reason?: Reason): void {
    if (this.state === 'ended') return;
    this.setState('ended');
    this.unsubscribe();
    this.pc.close();
    if (reason)
      this.options
        .send(jingleMessage('session-terminate', this.sid, { reason }))
        .catch(() => undefined);
  }

  /** The peer ended the session. */
  ended(reason?: Reason): void {
    if (this.state === 'ended') return;
    this.unsubscribe();
    this.pc.close();
    this.setState('ended', reason);
  }

  private enqueue(task: () => Promise<void>): Promise<void> {
    const run = this.queue.then(() => (this.state === 'ended' ? undefined : task()));
    this.queue = run.catch(() => undefined);
    return run;
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

  private readLocalDescription(): SessionDescription {
    const description = parseSdp(this.pc.localDescription?.sdp ?? '', this.options.role);
    this.localDescription = description;
    return description;
  }

  private trickle(candidate: RTCIceCandidate): void {
    if (!this.announced) {
      this.heldCandidates.push(candidate);
      return;
    }
    const content = this.localDescription?.contents.find((c) => c.name === candidate.sdpMid);
    const parsed = parseCandidate(candidate.candidate);
    if (!content || !parsed || this.state === 'ended') return;
    const { ufrag, pwd } = content.transport;
    const transport = { ufrag, pwd, candidates: [parsed] };
    this.options
      .send(
        jingleMessage('transport-info', this.sid, {
          description: { contents: [{ ...content, transport }], bundle: [] },
        }),
      )
      .catch(() => undefined);
  }

  /** The peer knows the session by now: it can be told the candidates that were found meanwhile. */
  private releaseCandidates(): void {
    this.announced = true;
    for (const candidate of this.heldCandidates.splice(0)) this.trickle(candidate);
  }

  private connectionChanged(): void {
    const states: Partial<Record<RTCPeerConnectionState, SessionState>> = {
      connected: 'connected',
      disconnected: 'interrupted',
      failed: 'failed',
    };
    const next = states[this.pc.connectionState];
    if (next) this.setState(next);
  }

  private setState(state: SessionState, reason?: Reason): void {
    if (this.state === state || this.state === 'ended') return;
    this.state = state;
    this.options.onState(state, reason);
  }
}
