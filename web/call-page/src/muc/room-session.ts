import { parseCallMessage, parseCalls, type CallMessage } from '../call/call-message';
import {
  applyCallList,
  applyCallMessage,
  applyDeparture,
  type Call,
  type Calls,
} from '../call/call-model';
import type { Connection } from '../xmpp/connection';
import { fetchRoomFacts, type RoomFacts } from '../xmpp/disco';
import { bareJid, localOf, resourceOf } from '../xmpp/jid';
import { NS } from '../xmpp/namespaces';
import { parseStanzaError, TimeoutError } from '../xmpp/errors';
import { attribute, child, children, el } from '../xmpp/xml';
import { applyPresence, type Occupants, type PresenceChange, speakerOf } from './occupants';

const REPLY_TIMEOUT_MS = 15_000;
const NICK_ATTEMPTS = 5;

/**
 * Status codes of a groupchat message that say the room's configuration changed (XEP-0045 section
 * 15.6).
 */
const CONFIG_CODES = ['104', '170', '171', '172', '173', '174'];

export interface RoomEvents {
  onChange(): void;
  /**
   * A call was proposed or changed; `ended` is set when it is gone, with the reason's condition if
   * one was given.
   */
  onCall(
    call: Call,
    message: CallMessage | undefined,
    change: 'proposed' | 'changed' | 'ended',
  ): void;
  /** This client is out of the room. */
  onLeft(change: PresenceChange): void;
}

interface Reply {
  resolve(): void;
  reject(error: Error): void;
}

/** This client's stay in one room: its occupants, its calls, and what we say there. */
export class RoomSession {
  occupants: Occupants = new Map();
  calls: Calls = [];
  facts: RoomFacts | undefined;
  joined = false;
  private nick: string;
  private replies = new Map<string, Reply>();

  constructor(
    readonly jid: string,
    private readonly connection: Connection,
    private readonly events: RoomEvents,
  ) {
    this.nick = localOf(connection.jid);
  }

  /** This client's nick in the room, once joined. */
  get ownNick(): string {
    return this.nick;
  }

  /**
   * Enters the room, under another nick if ours is taken; rejects with StanzaError or TimeoutError.
   */
  async join(): Promise<void> {
    const wanted = this.nick;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.sendAndWait(
          (id) =>
            el(
              'presence',
              { xmlns: NS.client, id, to: `${this.jid}/${this.nick}` },
              el('x', { xmlns: NS.muc }, el('history', { maxstanzas: 0 })),
            ),
          'join',
        );
        break;
      } catch (error) {
        const taken = (error as { condition?: string }).condition === 'conflict';
        if (!taken || attempt >= NICK_ATTEMPTS) throw error;
        this.nick = `${wanted} ${attempt + 1}`;
      }
    }
    this.joined = true;
    await this.refreshFacts();
  }

  leave(): void {
    if (!this.joined) return;
    this.joined = false;
    this.connection.send(
      el('presence', { xmlns: NS.client, to: `${this.jid}/${this.nick}`, type: 'unavailable' }),
    );
  }

  /**
   * Says a call message in the room; resolves when the room has passed it on, rejects with its
   * error.
   */
  sendCallMessage(element: Element): Promise<void> {
    return this.sendAndWait((id) =>
      el('message', { xmlns: NS.client, id, to: this.jid, type: 'groupchat' }, element),
    );
  }

  /** As `sendCallMessage`, when there is no time to wait. */
  sayAndForget(element: Element): void {
    this.connection.send(
      el(
        'message',
        { xmlns: NS.client, id: crypto.randomUUID(), to: this.jid, type: 'groupchat' },
        element,
      ),
    );
  }

  isOccupant(fullJid: string): boolean {
    return [...this.occupants.values()].some((o) => o.jid === fullJid);
  }

  handlePresence(presence: Element): void {
    const id = attribute(presence, 'id') ?? '';
    if (attribute(presence, 'type') === 'error') {
      this.reply('join')?.reject(parseStanzaError(presence));
      return;
    }
    const change = applyPresence(this.occupants, presence);
    this.occupants = change.occupants;
    const nick = resourceOf(attribute(presence, 'from') ?? '');
    if (change.self && !change.left) {
      this.nick = nick;
      this.reply('join', id)?.resolve();
    }
    if (change.left?.jid) this.setCalls(applyDeparture(this.calls, change.left.jid));
    if (change.self && change.left) {
      this.joined = false;
      this.events.onLeft(change);
    }
    this.events.onChange();
  }

  handleMessage(message: Element): void {
    const from = attribute(message, 'from') ?? '';
    const id = attribute(message, 'id') ?? '';
    if (attribute(message, 'type') === 'error') {
      this.reply(id)?.reject(parseStanzaError(message));
      return;
    }
    const list = child(message, 'calls', NS.calls);
    if (list && from === this.jid) this.setCalls(applyCallList(this.calls, parseCalls(list)));
    const callMessage = parseCallMessage(message);
    if (callMessage) {
      const speaker = speakerOf(this.occupants, from);
      // Where nobody overwrites it, any occupant could write another's JID into the stamp.
      if (callMessage.jid && this.facts?.stampsCalls) speaker.jid = callMessage.jid;
      const next = applyCallMessage(this.calls, callMessage, speaker, Date.now());
      this.setCalls(next, callMessage);
      if (resourceOf(from) === this.nick) this.reply(id)?.resolve();
    }
    const x = child(message, 'x', NS.mucUser);
    const codes = x ? children(x, 'status', NS.mucUser).map((s) => attribute(s, 'code') ?? '') : [];
    if (codes.some((c) => CONFIG_CODES.includes(c))) void this.refreshFacts();
  }

  private setCalls(next: Calls, message?: CallMessage): void {
    const before = this.calls;
    this.calls = next;
    for (const call of before) {
      if (!next.some((c) => c.id === call.id)) this.events.onCall(call, message, 'ended');
    }
    for (const call of next) {
      const known = before.find((c) => c.id === call.id);
      if (!known) this.events.onCall(call, message, 'proposed');
      else if (known !== call) this.events.onCall(call, message, 'changed');
    }
    if (next !== before) this.events.onChange();
  }

  private async refreshFacts(): Promise<void> {
    this.facts = await fetchRoomFacts(this.connection, this.jid).catch(() => this.facts);
    this.events.onChange();
  }

  private reply(...keys: string[]): Reply | undefined {
    return keys.map((key) => this.replies.get(key)).find((r) => r !== undefined);
  }

  private sendAndWait(build: (id: string) => Element, key?: string): Promise<void> {
    const id = crypto.randomUUID();
    const name = key ?? id;
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new TimeoutError(`no answer from ${bareJid(this.jid)}`)),
        REPLY_TIMEOUT_MS,
      );
      const settle = () => {
        clearTimeout(timer);
        this.replies.delete(name);
      };
      this.replies.set(name, {
        resolve: () => {
          settle();
          resolve();
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      try {
        this.connection.send(build(id));
      } catch (error) {
        settle();
        reject(error as Error);
      }
    });
  }
}
