import { formatCandidate, parseCandidate } from './candidate-line';
import type { Content } from './description';
import { jingleMessage, type JingleMessage, type Reason } from './jingle-message';
import { NegotiationQueue } from './negotiation-queue';

export type SessionState = 'connecting' | 'connected' | 'interrupted' | 'failed' | 'ended';

export interface SessionOptions {
  sid: string;
  /** Full JID of the other party, or the conference's JID. */
  peer: string;
  iceServers: RTCIceServer[];
  /** Sends one Jingle IQ to the peer; settles with its answer. */
  send(message: JingleMessage): Promise<unknown>;
  onState(state: SessionState, reason?: Reason): void;
}

/** The other party refused a session or contents. */
export class SessionRefused extends Error {
  constructor(readonly reason: Reason) {
    super(`the session was refused: ${reason.condition}${reason.text ? ` (${reason.text})` : ''}`);
  }
}

/**
 * One Jingle session on one RTCPeerConnection: its life, and the candidates of both sides. All that
 * touches the connection's descriptions is a step of the queue, so that candidates wait for them.
 */
export abstract class Session<Options extends SessionOptions = SessionOptions> {
  readonly pc: RTCPeerConnection;
  state: SessionState = 'connecting';
  protected readonly queue = new NegotiationQueue();
  /** How often this client has restarted ICE. */
  protected generation = 0;
  private announced = false;
  private heldCandidates: RTCIceCandidate[] = [];

  constructor(protected readonly options: Options) {
    this.pc = new RTCPeerConnection({ iceServers: options.iceServers, bundlePolicy: 'max-bundle' });
    this.pc.onicecandidate = ({ candidate }) => candidate?.candidate && this.trickle(candidate);
    this.pc.onconnectionstatechange = () => this.connectionChanged();
  }

  get sid(): string {
    return this.options.sid;
  }

  get peer(): string {
    return this.options.peer;
  }

  /** Ends the session; with a reason the peer is told. */
  end(reason?: Reason): void {
    if (this.state === 'ended') return;
    this.setState('ended');
    this.close();
    if (reason) this.tell('session-terminate', { reason });
  }

  /** The peer ended the session. */
  ended(reason?: Reason): void {
    if (this.state === 'ended') return;
    this.close();
    this.setState('ended', reason);
  }

  protected close(): void {
    this.queue.close();
    this.pc.close();
  }

  protected send(action: string, rest: Partial<JingleMessage> = {}): Promise<unknown> {
    return this.options.send(jingleMessage(action, this.sid, rest));
  }

  /** Sends what nothing depends on. */
  protected tell(action: string, rest: Partial<JingleMessage>): void {
    this.send(action, rest).catch(() => undefined);
  }

  async addCandidates(message: JingleMessage): Promise<void> {
    await this.queue.run(async () => {
      for (const { name, transport } of message.description.contents) {
        for (const candidate of transport.candidates) {
          await this.pc.addIceCandidate({
            candidate: formatCandidate(candidate),
            sdpMid: this.sectionFor(name),
            usernameFragment: transport.ufrag ?? null,
          });
        }
      }
    });
  }

  /** A content as this client's side last described it. */
  protected abstract ownContent(name: string): Content | undefined;

  /** The media section whose transport is meant by this content of the peer's. */
  protected sectionFor(name: string): string {
    return name;
  }

  /** Candidates that are found from now on wait: the peer could not tell whose they are. */
  protected holdCandidates(): void {
    this.announced = false;
  }

  /** The peer knows this client's transport by now, and can be told what was found meanwhile. */
  protected releaseCandidates(): void {
    this.announced = true;
    for (const candidate of this.heldCandidates.splice(0)) this.trickle(candidate);
  }

  private trickle(candidate: RTCIceCandidate): void {
    if (!this.announced) {
      this.heldCandidates.push(candidate);
      return;
    }
    const content = this.ownContent(candidate.sdpMid ?? '');
    const parsed = parseCandidate(candidate.candidate);
    if (!content || !parsed || this.state === 'ended') return;
    const { ufrag, pwd } = content.transport;
    const candidates = [{ ...parsed, generation: this.generation }];
    this.tell('transport-info', {
      description: {
        contents: [{ ...content, transport: { ufrag, pwd, candidates } }],
        bundle: [],
      },
    });
  }

  protected connectionChanged(): void {
    const states: Partial<Record<RTCPeerConnectionState, SessionState>> = {
      connected: 'connected',
      disconnected: 'interrupted',
      failed: 'failed',
    };
    const next = states[this.pc.connectionState];
    if (next) this.setState(next);
  }

  protected setState(state: SessionState, reason?: Reason): void {
    if (this.state === state || this.state === 'ended') return;
    this.state = state;
    this.options.onState(state, reason);
  }
}
