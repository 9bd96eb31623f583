import type { Media } from '../jingle/description';
import { jingleMessage, type JingleMessage, type Reason } from '../jingle/jingle-message';
import { PeerSession, type Flow, type SessionState } from '../jingle/peer-session';
import { type Activity, ActivityMeter, MicrophoneMeter } from '../media/activity';
import type { LocalMedia } from '../media/local-media';
import { stanzaError } from '../xmpp/errors';
import { NS } from '../xmpp/namespaces';
import { el } from '../xmpp/xml';
import type { Mode } from './call-message';
import { type Call, initiatesTo } from './call-model';

const ACTIVITY_INTERVAL_MS = 400;
const ACCEPT_TIMEOUT_MS = 15_000;
const RETRIES_MAX = 2;
const RETRY_DELAY_MS = 1_000;

/** What the SFU forwards; a mesh may use whatever two browsers agree on. */
const SFU_VIDEO_CODECS = ['VP8', 'rtx'];

/** One other participant as the page shows it. */
export interface Peer {
  jid: string;
  nick: string;
  stream: MediaStream | undefined;
  /** `waiting` until a session with media from this participant exists. */
  state: SessionState | 'waiting';
  speaking: boolean;
  hasVideo: boolean;
}

export interface GroupCallOptions {
  id: string;
  mode: Mode;
  media: Media[];
  /** The SFU's JID, in an SFU call. */
  service: string | undefined;
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

interface Link {
  session: PeerSession;
  meter: ActivityMeter;
  activity: Activity;
}

/**
 * This client's part in one call: the Jingle sessions that its mode asks for. In a mesh one session
 * with each other participant; with an SFU one that sends (`publish`) and one per participant that
 * the SFU opens towards us.
 */
export class GroupCall {
  selfSpeaking = false;
  private call: Call | undefined;
  /** Sessions with media from a participant, by its full JID. */
  private links = new Map<string, Link>();
  private publisher: PeerSession | undefined;
  private publishAccepted: ((error?: Error) => void) | undefined;
  private retries = new Map<string, number>();
  private microphone = new MicrophoneMeter();
  private timer = window.setInterval(() => void this.measure(), ACTIVITY_INTERVAL_MS);
  private closed = false;

  constructor(readonly options: GroupCallOptions) {}

  get id(): string {
    return this.options.id;
  }

  private get conference(): string {
    return `${this.options.id}@${this.options.service ?? ''}`;
  }

  /** SFU only: opens the sending session; resolves when the SFU has accepted it. */
  async publish(): Promise<void> {
    const session = this.newSession(
      this.conference,
      this.newSid(),
      'initiator',
      'send',
      (state, reason) => {
        if (state !== 'failed' && state !== 'ended') return;
        const broken = reason ?? { condition: 'connectivity-error', text: '' };
        this.publishAccepted?.(new SessionRefused(broken));
        if (!this.closed) this.options.onBroken(broken);
      },
    );
    this.publisher = session;
    const accepted = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new SessionRefused({ condition: 'timeout', text: '' })),
        ACCEPT_TIMEOUT_MS,
      );
      this.publishAccepted = (error) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve();
      };
    });
    accepted.catch(() => undefined);
    await session.initiate(this.options.ownJid);
    await accepted;
  }

  /** The call as the room has it now. */
  update(call: Call): void {
    this.call = call;
    const present = new Set(call.participants.map((p) => p.jid));
    for (const [jid, link] of this.links) {
      if (present.has(jid)) continue;
      link.session.end(this.options.mode === 'mesh' ? { condition: 'gone', text: '' } : undefined);
      this.links.delete(jid);
      this.retries.delete(jid);
    }
    if (this.options.mode === 'mesh') {
      for (const { jid } of initiatesTo(call, this.options.ownJid))
        if (!this.links.has(jid)) this.connectTo(jid);
    }
  }

  peers(): Peer[] {
    const others = (this.call?.participants ?? []).filter((p) => p.jid !== this.options.ownJid);
    return others
      .sort((a, b) => a.position - b.position)
      .map(({ jid, nick }) => {
        const link = this.links.get(jid);
        return {
          jid,
          nick,
          stream: link?.session.remoteStream,
          state: link?.session.state ?? 'waiting',
          speaking: link?.activity.speaking ?? false,
          hasVideo: link?.activity.hasVideo ?? false,
        };
      });
  }

  /**
   * Answers a Jingle request whose sid names this call: `true` for an empty result, or an
   * `<error/>`.
   */
  handle(from: string, message: JingleMessage): Element | true {
    if (message.action === 'session-initiate') return this.handleInitiate(from, message);
    const session = [this.publisher, ...[...this.links.values()].map((l) => l.session)].find(
      (s) => s?.sid === message.sid && s.peer === from,
    );
    if (!session) return unknownSession();
    switch (message.action) {
      case 'session-accept':
        this.settle(
          session,
          session.accepted(message).then(() => {
            if (session === this.publisher) this.publishAccepted?.();
          }),
        );
        return true;
      case 'transport-info':
        session
          .addCandidates(message)
          .catch((error) => console.warn('a candidate was not usable', error));
        return true;
      case 'session-terminate':
        session.ended(message.reason);
        return true;
      case 'session-info':
      case 'description-info':
        return true;
      case 'content-add':
        void this.options
          .sendJingle(
            from,
            jingleMessage('content-reject', message.sid, {
              description: message.description,
              reason: { condition: 'unsupported-applications', text: '' },
            }),
          )
          .catch(() => undefined);
        return true;
      default:
        return stanzaError('cancel', 'feature-not-implemented');
    }
  }

  /** Ends all sessions. */
  close(reason: Reason = { condition: 'success', text: '' }): void {
    this.closed = true;
    clearInterval(this.timer);
    this.microphone.close();
    for (const { session } of this.links.values()) session.end(reason);
    this.publisher?.end(reason);
    this.links.clear();
  }

  /** Peer connections with a label each, for the debugging aid. */
  connections(): { label: string; pc: RTCPeerConnection }[] {
    const links = [...this.links].map(([jid, { session }]) => ({ label: jid, pc: session.pc }));
    return this.publisher ? [{ label: this.conference, pc: this.publisher.pc }, ...links] : links;
  }

  private handleInitiate(from: string, message: JingleMessage): Element | true {
    const sfu = this.options.mode === 'sfu';
    const source = sfu ? message.conferenceUsers[0] : from;
    const trusted = sfu ? from === this.conference : this.options.mayConnect(from);
    if (!trusted || !source) return stanzaError('auth', 'forbidden');
    this.links.get(source)?.session.end();
    const session = this.newLink(source, from, message.sid, 'responder', sfu ? 'receive' : 'both');
    this.settle(session, session.accept(message, this.options.ownJid));
    return true;
  }

  private connectTo(jid: string): void {
    const session = this.newLink(jid, jid, this.newSid(), 'initiator', 'both');
    this.settle(session, session.initiate(this.options.ownJid));
  }

  private newLink(
    source: string,
    peer: string,
    sid: string,
    role: 'initiator' | 'responder',
    flow: Flow,
  ): PeerSession {
    const session = this.newSession(peer, sid, role, flow, (state) => {
      if (state === 'failed') this.linkFailed(source, session, role);
    });
    this.links.set(source, {
      session,
      meter: new ActivityMeter(),
      activity: { speaking: false, hasVideo: false },
    });
    this.options.onChange();
    return session;
  }

  private newSession(
    peer: string,
    sid: string,
    role: 'initiator' | 'responder',
    flow: Flow,
    onState: (state: SessionState, reason?: Reason) => void,
  ): PeerSession {
    const { media, local, iceServers, mode, room } = this.options;
    return new PeerSession({
      sid,
      peer,
      role,
      flow,
      media,
      local,
      iceServers,
      videoCodecs: mode === 'sfu' ? SFU_VIDEO_CODECS : undefined,
      mujiRoom: mode === 'sfu' && role === 'initiator' ? room : undefined,
      send: (message) => this.options.sendJingle(peer, message),
      onTrack: () => this.options.onChange(),
      onState: (state, reason) => {
        onState(state, reason);
        this.options.onChange();
      },
    });
  }

  /** ICE found no path, or lost it. In a mesh the initiator tries again with a new session. */
  private linkFailed(jid: string, session: PeerSession, role: 'initiator' | 'responder'): void {
    const retries = this.retries.get(jid) ?? 0;
    if (this.options.mode !== 'mesh' || role !== 'initiator' || retries >= RETRIES_MAX) return;
    this.retries.set(jid, retries + 1);
    window.setTimeout(() => {
      const wanted = this.call?.participants.some((p) => p.jid === jid);
      if (
        this.closed ||
        !wanted ||
        this.links.get(jid)?.session !== session ||
        session.state !== 'failed'
      )
        return;
      session.end({ condition: 'connectivity-error', text: '' });
      this.connectTo(jid);
    }, RETRY_DELAY_MS);
  }

  /** A session whose set-up fails ends, and the peer is told. */
  private settle(session: PeerSession, step: Promise<void>): void {
    step.catch((error) => {
      console.warn(`the session with ${session.peer} failed`, error);
      session.end({ condition: 'failed-application', text: '' });
      if (session === this.publisher) this.publishAccepted?.(error as Error);
    });
  }

  private newSid(): string {
    return `${this.options.id}:${crypto.randomUUID()}`;
  }

  private async measure(): Promise<void> {
    const now = performance.now();
    const { local } = this.options;
    const speaking = this.microphone.read(
      local.microphoneOn ? local.track('audio') : undefined,
      now,
    );
    let changed = speaking !== this.selfSpeaking;
    this.selfSpeaking = speaking;
    await Promise.all(
      [...this.links.values()].map(async (link) => {
        if (link.session.state === 'ended') return;
        const next = await link.meter.read(link.session.pc, now);
        changed ||=
          next.speaking !== link.activity.speaking || next.hasVideo !== link.activity.hasVideo;
        link.activity = next;
      }),
    );
    if (changed && !this.closed) this.options.onChange();
  }
}

/** The other party ended a session before it was up. */
export class SessionRefused extends Error {
  constructor(readonly reason: Reason) {
    super(`the session was refused: ${reason.condition}${reason.text ? ` (${reason.text})` : ''}`);
  }
}

export function unknownSession(): Element {
  return stanzaError('cancel', 'item-not-found', el('unknown-session', { xmlns: NS.jingleErrors }));
}
