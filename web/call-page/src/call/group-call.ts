import type { Media } from '../jingle/description';
import type { JingleMessage, Reason } from '../jingle/jingle-message';
import type { SessionState } from '../jingle/session';
import { SingleSession } from '../jingle/single-session';
import { MicrophoneMeter } from '../media/activity';
import type { LocalMedia } from '../media/local-media';
import type { MeasuredConnection } from '../media/stats-summary';
import { stanzaError } from '../xmpp/errors';
import { NS } from '../xmpp/namespaces';
import { el } from '../xmpp/xml';
import { Activities, type Origin } from './activities';
import type { Mode } from './call-message';
import { type Call, initiatesTo } from './call-model';
import { PeerLinks } from './peer-links';

const ACTIVITY_INTERVAL_MS = 400;

/** One other participant as the page shows it. */
export interface Peer {
  jid: string;
  nick: string;
  stream: MediaStream | undefined;
  /** `waiting` until a session with media from this participant exists. */
  state: SessionState | 'waiting';
  speaking: boolean;
  /** Speaks most of all, as the SFU says. */
  dominant: boolean;
  hasVideo: boolean;
  /** Has switched its microphone off, as far as it tells. */
  muted: boolean;
}

export interface GroupCallOptions {
  id: string;
  mode: Mode;
  media: Media[];
  /** The SFU's JID, in an SFU call. */
  service: string | undefined;
  /** The SFU can have one session for the media of everybody. */
  singleSession: boolean;
  room: string;
  ownJid: string;
  local: LocalMedia;
  iceServers: RTCIceServer[];
  sendJingle(to: string, message: JingleMessage): Promise<unknown>;
  /**
   * Whether this full real JID may open a session towards us in a mesh: it is in the room or in the
   * call.
   */
  mayConnect(jid: string): boolean;
  onChange(): void;
  /** The own media cannot reach the call any more. */
  onBroken(reason: Reason): void;
}

/**
 * This client's part in one call: the Jingle sessions that its mode asks for. In a mesh one session
 * with each other participant. With an SFU one for everything; or, where the SFU has no such, one
 * that sends and one per participant that the SFU opens towards us.
 */
export class GroupCall {
  selfSpeaking = false;
  private call: Call | undefined;
  private readonly links: PeerLinks;
  private single: SingleSession | undefined;
  private activities = new Activities();
  private microphone = new MicrophoneMeter();
  private timer = window.setInterval(() => void this.measure(), ACTIVITY_INTERVAL_MS);
  private closed = false;

  constructor(readonly options: GroupCallOptions) {
    this.links = new PeerLinks({
      ...options,
      newSid: () => this.newSid(),
      isWanted: (jid) => this.call?.participants.some((p) => p.jid === jid) ?? false,
    });
  }

  get id(): string {
    return this.options.id;
  }

  /** The conference's JID, in an SFU call. */
  get conference(): string {
    return `${this.options.id}@${this.options.service ?? ''}`;
  }

  /** The path to the SFU is lost, and another one is sought. */
  get reconnecting(): boolean {
    return this.single?.state === 'interrupted';
  }

  /** The SFU has granted one session for everything, and may be told what is shown. */
  get hasSingleSession(): boolean {
    return this.single?.granted ?? false;
  }

  /** SFU only: opens the session that sends; resolves when the SFU has accepted it. */
  async publish(): Promise<void> {
    const changed = (state: SessionState, reason?: Reason) => {
      if ((state === 'failed' || state === 'ended') && !this.closed)
        this.options.onBroken(reason ?? { condition: 'connectivity-error', text: '' });
    };
    if (!this.options.singleSession) return this.links.publish(this.conference, changed);
    this.single = new SingleSession({
      ...this.options,
      sid: this.newSid(),
      peer: this.conference,
      send: (message) => this.options.sendJingle(this.conference, message),
      onState: (state, reason) => {
        changed(state, reason);
        this.options.onChange();
      },
    });
    return this.single.initiate();
  }

  /** The call as the room has it now. */
  update(call: Call): void {
    this.call = call;
    const present = new Set(call.participants.map((p) => p.jid));
    this.activities.keep(present);
    this.links.keep(present);
    if (this.options.mode !== 'mesh') return;
    for (const { jid } of initiatesTo(call, this.options.ownJid))
      if (!this.links.sessions.has(jid)) this.links.connectTo(jid);
  }

  peers(): Peer[] {
    const others = (this.call?.participants ?? []).filter((p) => p.jid !== this.options.ownJid);
    return others
      .sort((a, b) => a.position - b.position)
      .map(({ jid, nick }) => {
        const origin = this.originOf(jid);
        return {
          jid,
          nick,
          stream: origin?.stream,
          state: origin?.session.state ?? 'waiting',
          dominant: this.single?.speaker === jid,
          muted: this.single?.isMuted(jid) ?? false,
          ...this.activities.of(jid),
        };
      });
  }

  private originOf(jid: string): Origin | undefined {
    const link = this.links.sessions.get(jid);
    if (link) return { session: link, stream: link.remoteStream };
    const stream = this.single?.remote.streamOf(jid);
    if (!this.single || !stream) return undefined;
    return { session: this.single, stream, mids: this.single.remote.midsOf(jid) };
  }

  /**
   * Answers a Jingle request whose sid names this call: `true` for an empty result, or an
   * `<error/>`.
   */
  handle(from: string, message: JingleMessage): Element | true {
    if (message.action === 'session-initiate') return this.handleInitiate(from, message);
    if (this.single?.sid === message.sid && this.single.peer === from)
      return this.single.handle(message);
    const session = this.links.find(from, message.sid);
    return session ? this.links.handle(session, message) : unknownSession();
  }

  private handleInitiate(from: string, message: JingleMessage): Element | true {
    const sfu = this.options.mode === 'sfu';
    const source = sfu ? message.conferenceUsers[0] : from;
    const trusted = sfu ? from === this.conference : this.options.mayConnect(from);
    if (!trusted || !source) return stanzaError('auth', 'forbidden');
    this.links.accept(source, from, message);
    return true;
  }

  /** Ends all sessions. */
  close(reason: Reason = { condition: 'success', text: '' }): void {
    this.closed = true;
    clearInterval(this.timer);
    this.microphone.close();
    this.links.close(reason);
    this.single?.end(reason);
  }

  /** Peer connections with a label each, for the debugging aid. */
  connections(): MeasuredConnection[] {
    const { single, conference: label } = this;
    const links = [...this.links.sessions].map(([jid, { pc }]) => ({ label: jid, pc }));
    if (single) {
      const { pc, remote, ownMids } = single;
      const of = remote.participants().map((jid) => ({ label: jid, pc, mids: remote.midsOf(jid) }));
      return [{ label, pc, mids: ownMids }, ...of, ...links];
    }
    const { publisher } = this.links;
    return publisher ? [{ label, pc: publisher.pc }, ...links] : links;
  }

  private newSid(): string {
    return `${this.options.id}:${crypto.randomUUID()}`;
  }

  private async measure(): Promise<void> {
    const now = performance.now();
    const { local } = this.options;
    const microphone = local.microphoneOn ? local.track('audio') : undefined;
    const speaking = this.microphone.read(microphone, now);
    const selfChanged = speaking !== this.selfSpeaking;
    this.selfSpeaking = speaking;
    const origins = new Map<string, Origin>();
    for (const { jid } of this.call?.participants ?? []) {
      const origin = this.originOf(jid);
      if (origin && origin.session.state !== 'ended') origins.set(jid, origin);
    }
    const changed = await this.activities.measure(origins, now);
    if ((changed || selfChanged) && !this.closed) this.options.onChange();
  }
}

export function unknownSession(): Element {
  return stanzaError('cancel', 'item-not-found', el('unknown-session', { xmlns: NS.jingleErrors }));
}
