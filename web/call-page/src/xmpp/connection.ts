import { Strophe } from 'strophe.js';
import {
  ConnectionLostError,
  LoginError,
  parseStanzaError,
  stanzaError,
  TimeoutError,
} from './errors';
import { domainOf } from './jid';
import { NS } from './namespaces';
import { attribute, children, el } from './xml';

type StropheConnection = InstanceType<typeof Strophe.Connection>;

/** Milliseconds. */
const IQ_TIMEOUT_MS = 15_000;
const LOGIN_TIMEOUT_MS = 20_000;
const PING_INTERVAL_MS = 15_000;
const PING_TIMEOUT_MS = 10_000;
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 15_000;

const { CONNFAIL, CONNTIMEOUT, DISCONNECTED, ERROR } = Strophe.Status;
const FAILURES: number[] = [CONNFAIL, CONNTIMEOUT, DISCONNECTED, ERROR];

export interface ConnectionEvents {
  /** The stream is up, after the login or again after a loss. */
  onOnline(): void;
  /** The stream broke; attempts to bring it back have begun. */
  onLost(): void;
  /** The server closed the account's session for good (another login, deleted account, …). */
  onRefused(reason: string): void;
  onMessage(stanza: Element): void;
  onPresence(stanza: Element): void;
  /**
   * An IQ request; the returned element is the result's or error's child (undefined: not handled).
   */
  onRequest(stanza: Element, payload: Element): Element | true | undefined;
}

interface Waiting {
  to: string;
  resolve(stanza: Element): void;
  reject(error: Error): void;
  timer: number;
}

/**
 * A client's stream over WebSocket (RFC 7395): Strophe logs in with SCRAM and binds, this class
 * matches IQs, notices a dead link by pings, and reconnects with a growing delay. The password
 * stays in memory for that alone.
 */
export class Connection {
  private strophe: StropheConnection;
  private waiting = new Map<string, Waiting>();
  private state: 'offline' | 'login' | 'online' | 'lost' = 'offline';
  private credentials = { jid: '', password: '' };
  private retryMs = RETRY_MS_MIN;
  private pingTimer = 0;
  private retryTimer = 0;

  constructor(
    private readonly url: string,
    private readonly events: ConnectionEvents,
  ) {
    this.strophe = this.newStrophe();
  }

  /** Full JID while online. */
  get jid(): string {
    return this.strophe.jid;
  }

  get domain(): string {
    return domainOf(this.credentials.jid);
  }

  /** Rejects with LoginError. */
  login(jid: string, password: string): Promise<void> {
    if (!globalThis.crypto?.subtle) {
      return Promise.reject(new LoginError('insecure', 'no WebCrypto outside of secure contexts'));
    }
    this.credentials = { jid, password };
    this.state = 'login';
    return this.open().then(() => this.cameOnline());
  }

  /** Closes the stream in an orderly way; nothing is retried. */
  close(): void {
    this.state = 'offline';
    this.credentials.password = '';
    clearTimeout(this.retryTimer);
    clearInterval(this.pingTimer);
    this.failWaiting();
    this.strophe.disconnect('logout');
  }

  send(stanza: Element): void {
    if (this.state !== 'online') throw new ConnectionLostError('not connected');
    this.strophe.send(stanza);
  }

  /**
   * Resolves with the result stanza; rejects with StanzaError, TimeoutError or ConnectionLostError.
   */
  request(type: 'get' | 'set', to: string | undefined, payload: Element): Promise<Element> {
    const id = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => {
        this.waiting.delete(id);
        reject(new TimeoutError(`no answer from ${to ?? 'the server'}`));
      }, IQ_TIMEOUT_MS);
      this.waiting.set(id, { to: to ?? '', resolve, reject, timer });
      try {
        this.send(el('iq', { xmlns: NS.client, type, id, to }, payload));
      } catch (error) {
        this.waiting.delete(id);
        clearTimeout(timer);
        reject(error as Error);
      }
    });
  }

  private newStrophe(): StropheConnection {
    Strophe.setLogLevel(Strophe.LogLevel.FATAL);
    return new Strophe.Connection(this.url, {
      mechanisms: [Strophe.SASLSHA1, Strophe.SASLSHA256, Strophe.SASLSHA512],
    });
  }

  /** One attempt to connect, log in and bind. Afterwards the same stream's end is a loss. */
  private open(): Promise<void> {
    this.dispose();
    const strophe = this.newStrophe();
    this.strophe = strophe;
    return new Promise((resolve, reject) => {
      let pending = true;
      const settle = (error?: LoginError) => {
        if (!pending) return;
        pending = false;
        clearTimeout(timer);
        if (!error) return resolve();
        this.dispose();
        reject(error);
      };
      const timer = window.setTimeout(
        () => settle(new LoginError('unreachable', 'timeout')),
        LOGIN_TIMEOUT_MS,
      );
      const { Status } = Strophe;
      strophe.connect(this.credentials.jid, this.credentials.password, (status, condition) => {
        if (strophe !== this.strophe) return;
        if (status === Status.CONNECTED) {
          strophe.addHandler((stanza) => this.dispatch(stanza), null, null, null);
          settle();
        } else if (status === Status.AUTHFAIL) {
          settle(new LoginError('refused', condition ?? ''));
        } else if (status === Status.ERROR && condition === 'conflict' && !pending) {
          this.refused(condition);
        } else if (FAILURES.includes(status)) {
          if (pending) settle(new LoginError('unreachable', condition ?? ''));
          else this.lost();
        }
      });
    });
  }

  /** Closes the current stream for good; what it still reports is not listened to. */
  private dispose(): void {
    const old = this.strophe;
    this.strophe = this.newStrophe();
    this.strophe.jid = old.jid;
    old.disconnect();
  }

  private cameOnline(): void {
    this.state = 'online';
    this.retryMs = RETRY_MS_MIN;
    clearInterval(this.pingTimer);
    this.pingTimer = window.setInterval(() => this.ping(), PING_INTERVAL_MS);
    this.send(el('presence', { xmlns: NS.client }));
    this.events.onOnline();
  }

  private ping(): void {
    const deadline = window.setTimeout(() => this.lost(), PING_TIMEOUT_MS);
    // An error is an answer, too.
    this.request('get', this.domain, el('ping', { xmlns: NS.ping }))
      .catch(() => undefined)
      .finally(() => clearTimeout(deadline));
  }

  private refused(condition: string): void {
    this.close();
    this.events.onRefused(condition);
  }

  private lost(): void {
    if (this.state !== 'online') return;
    this.state = 'lost';
    clearInterval(this.pingTimer);
    this.failWaiting();
    this.dispose();
    this.events.onLost();
    this.scheduleRetry();
  }

  private scheduleRetry(): void {
    this.retryTimer = window.setTimeout(() => {
      this.open().then(
        () => this.cameOnline(),
        (error: LoginError) => {
          if (this.state !== 'lost') return;
          if (error.kind === 'refused') this.refused('not-authorized');
          else this.scheduleRetry();
        },
      );
    }, this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MS_MAX);
  }

  private failWaiting(): void {
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new ConnectionLostError('the connection was lost'));
    }
    this.waiting.clear();
  }

  /** Strophe drops a handler that throws or returns false. */
  private dispatch(stanza: Element): boolean {
    try {
      if (stanza.localName === 'iq') this.handleIq(stanza);
      else if (stanza.localName === 'message') this.events.onMessage(stanza);
      else if (stanza.localName === 'presence') this.events.onPresence(stanza);
    } catch (error) {
      console.error('a stanza could not be handled', error);
    }
    return true;
  }

  private handleIq(stanza: Element): void {
    const type = attribute(stanza, 'type');
    const id = attribute(stanza, 'id') ?? '';
    if (type === 'result' || type === 'error') {
      const waiting = this.waiting.get(id);
      if (!waiting || !this.answers(stanza, waiting.to)) return;
      this.waiting.delete(id);
      clearTimeout(waiting.timer);
      if (type === 'result') waiting.resolve(stanza);
      else waiting.reject(parseStanzaError(stanza));
      return;
    }
    const payload = children(stanza)[0];
    const answer = payload && this.events.onRequest(stanza, payload);
    const child =
      answer === true ? undefined : (answer ?? stanzaError('cancel', 'service-unavailable'));
    const replyType = child?.tagName === 'error' ? 'error' : 'result';
    this.send(
      el('iq', { xmlns: NS.client, type: replyType, id, to: attribute(stanza, 'from') }, child),
    );
  }

  /** RFC 6120 section 8.1.2.1: an answer from one's own server may come without `from`. */
  private answers(stanza: Element, to: string): boolean {
    const from = attribute(stanza, 'from');
    return from === to || (from === undefined && (to === '' || to === this.domain)) || to === '';
  }
}
