import type { Media, Role } from '../jingle/description';
import { jingleMessage, type JingleMessage, type Reason } from '../jingle/jingle-message';
import { type Flow, PeerSession } from '../jingle/peer-session';
import { SessionRefused, type SessionState } from '../jingle/session';
import type { LocalMedia } from '../media/local-media';
import { stanzaError } from '../xmpp/errors';
import type { Mode } from './call-message';

const ACCEPT_TIMEOUT_MS = 15_000;
const RETRIES_MAX = 2;
const RETRY_DELAY_MS = 1_000;
/** What an SFU forwards that says no more; a mesh may use whatever two browsers agree on. */
const SFU_VIDEO_CODECS = ['VP8', 'rtx'];

export interface PeerLinksOptions {
  mode: Mode;
  media: Media[];
  room: string;
  ownJid: string;
  local: LocalMedia;
  iceServers: RTCIceServer[];
  newSid(): string;
  sendJingle(to: string, message: JingleMessage): Promise<unknown>;
  /** Whether the call still has this participant. */
  isWanted(jid: string): boolean;
  onChange(): void;
}

/**
 * Sessions with the media of one participant each: those of a mesh, and those of an SFU that has no
 * single session, which takes this client's media in one more (`publish`).
 */
export class PeerLinks {
  /** By the participant's full JID. */
  readonly sessions = new Map<string, PeerSession>();
  publisher: PeerSession | undefined;
  private publishAccepted: ((error?: Error) => void) | undefined;
  private retries = new Map<string, number>();
  private closed = false;

  constructor(private readonly options: PeerLinksOptions) {}

  /** Opens the session that sends; resolves when the SFU has accepted it. */
  async publish(
    conference: string,
    onState: (state: SessionState, reason?: Reason) => void,
  ): Promise<void> {
    const sid = this.options.newSid();
    const session = this.newSession(conference, sid, 'initiator', 'send', (state, reason) => {
      if (state === 'failed' || state === 'ended')
        this.publishAccepted?.(
          new SessionRefused(reason ?? { condition: 'connectivity-error', text: '' }),
        );
      onState(state, reason);
    });
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

  connectTo(jid: string): void {
    const session = this.newLink(jid, jid, this.options.newSid(), 'initiator', 'both');
    this.settle(session, session.initiate(this.options.ownJid));
  }

  /** Answers the session-initiate of `from` with the media of `source`. */
  accept(source: string, from: string, message: JingleMessage): void {
    this.sessions.get(source)?.end();
    const flow = this.options.mode === 'sfu' ? 'receive' : 'both';
    const session = this.newLink(source, from, message.sid, 'responder', flow);
    this.settle(session, session.accept(message, this.options.ownJid));
  }

  find(from: string, sid: string): PeerSession | undefined {
    return [this.publisher, ...this.sessions.values()].find(
      (s) => s?.sid === sid && s.peer === from,
    );
  }

  /** Answers a request in a session: `true` for an empty result, or an `<error/>`. */
  handle(session: PeerSession, message: JingleMessage): Element | true {
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
            session.peer,
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

  /** Ends the sessions with those who are not among these. */
  keep(jids: Set<string>): void {
    const gone = { condition: 'gone', text: '' };
    for (const [jid, session] of this.sessions) {
      if (jids.has(jid)) continue;
      session.end(this.options.mode === 'mesh' ? gone : undefined);
      this.sessions.delete(jid);
      this.retries.delete(jid);
    }
  }

  close(reason: Reason): void {
    this.closed = true;
    for (const session of this.sessions.values()) session.end(reason);
    this.publisher?.end(reason);
    this.sessions.clear();
  }

  private newLink(source: string, peer: string, sid: string, role: Role, flow: Flow): PeerSession {
    const session = this.newSession(peer, sid, role, flow, (state) => {
      if (state === 'failed') this.linkFailed(source, session, role);
    });
    this.sessions.set(source, session);
    this.options.onChange();
    return session;
  }

  private newSession(
    peer: string,
    sid: string,
    role: Role,
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
  private linkFailed(jid: string, session: PeerSession, role: Role): void {
    const retries = this.retries.get(jid) ?? 0;
    if (this.options.mode !== 'mesh' || role !== 'initiator' || retries >= RETRIES_MAX) return;
    this.retries.set(jid, retries + 1);
    window.setTimeout(() => {
      const isCurrent = this.sessions.get(jid) === session && session.state === 'failed';
      if (this.closed || !isCurrent || !this.options.isWanted(jid)) return;
      session.end({ condition: 'connectivity-error', text: '' });
      this.connectTo(jid);
    }, RETRY_DELAY_MS);
  }

  /** A session whose set-up fails ends, and the peer is told. */
  private settle(session: PeerSession, step: Promise<void>): void {
    step.catch((error) => {
      if (session.state === 'ended') return;
      console.warn(`the session with ${session.peer} failed`, error);
      session.end({ condition: 'failed-application', text: '' });
      if (session === this.publisher) this.publishAccepted?.(error as Error);
    });
  }
}
