import { CallControl, type PageContext } from './call-control';
import { parseJingle } from './jingle/jingle-message';
import type { PresenceChange } from './muc/occupants';
import { RoomSession } from './muc/room-session';
import { type AppState, INITIAL_STATE, type Notice } from './state';
import * as words from './words';
import { Connection } from './xmpp/connection';
import { findMucService, listRooms } from './xmpp/disco';
import { stanzaError } from './xmpp/errors';
import { bareJid } from './xmpp/jid';
import { NS } from './xmpp/namespaces';
import { el } from './xmpp/xml';

const INFO_SHOWN_MS = 7_000;

const CLIENT_FEATURES = [
  NS.discoInfo,
  NS.ping,
  NS.jingle,
  NS.rtp,
  NS.rtpAudio,
  NS.rtpVideo,
  NS.iceUdp,
  NS.dtls,
  NS.grouping,
  NS.rtpFeedback,
  NS.rtpHeaderExtensions,
  NS.rtpSources,
  NS.calls,
  NS.callsSfu,
];

/**
 * The page's one controller: what the person does and what the server says become the next state.
 */
export class App implements PageContext {
  state: AppState = INITIAL_STATE;
  readonly connection: Connection;
  readonly calls = new CallControl(this);
  room: RoomSession | undefined;
  /** A room that a shutdown put us out of: entered again when the server is back. */
  private roomToReturnTo: string | undefined;
  private noticeCount = 0;

  constructor(
    url: string,
    private readonly render: (state: AppState) => void,
  ) {
    this.connection = new Connection(url, {
      onOnline: () => void this.cameOnline(),
      onLost: () => this.connectionLost(),
      onRefused: (reason) => this.loggedOut(words.sessionLost(reason)),
      onMessage: (stanza) => this.roomOf(stanza)?.handleMessage(stanza),
      onPresence: (stanza) => this.roomOf(stanza)?.handlePresence(stanza),
      onRequest: (stanza, payload) => this.handleRequest(stanza, payload),
    });
  }

  // --- account

  async login(jid: string, password: string): Promise<void> {
    this.set({ connection: 'connecting', loginError: undefined, account: jid });
    try {
      await this.connection.login(jid, password);
    } catch (error) {
      this.set({ connection: 'offline', loginError: words.loginProblem(error) });
    }
  }

  logout(): void {
    this.leaveRoom();
    this.connection.close();
    this.loggedOut(undefined);
  }

  /** The page goes away: says goodbye as far as the browser lets it. */
  unload(): void {
    if (this.state.connection !== 'online') return;
    this.calls.leave();
    this.room?.leave();
    this.connection.close();
  }

  private loggedOut(loginError: string | undefined): void {
    this.calls.drop();
    this.room = this.roomToReturnTo = undefined;
    this.set({ ...INITIAL_STATE, notices: this.state.notices, loginError });
  }

  private async cameOnline(): Promise<void> {
    const back = this.state.connection === 'reconnecting';
    this.set({ connection: 'online' });
    if (back) this.notify('info', 'The connection is back.');
    const room = this.room?.jid ?? this.roomToReturnTo;
    this.roomToReturnTo = undefined;
    if (room) await this.enterRoom(room);
    else await this.loadRooms();
  }

  private connectionLost(): void {
    this.set({ connection: 'reconnecting' });
    if (!this.calls.running) return;
    this.calls.drop();
    this.notify(
      'error',
      'The connection was lost, and the call with it. You can join again when the connection is back.',
    );
  }

  // --- rooms

  async loadRooms(): Promise<void> {
    this.set({ rooms: undefined, roomsError: undefined });
    try {
      const service = await findMucService(this.connection);
      const rooms = service ? await listRooms(this.connection, service) : [];
      this.set({ rooms, roomService: service });
    } catch (error) {
      this.set({
        rooms: [],
        roomsError: `The rooms could not be listed. ${words.callProblem(error)}`,
      });
    }
  }

  async enterRoom(jid: string): Promise<void> {
    const room = new RoomSession(jid, this.connection, {
      onChange: () => this.refresh(),
      onCall: (call, message, change) => this.calls.changed(room, call, message, change),
      onLeft: (change) => this.leftRoom(room, change),
    });
    this.room = room;
    this.roomToReturnTo = undefined;
    this.clearErrors();
    this.refresh();
    try {
      await room.join();
    } catch (error) {
      if (this.room !== room) return;
      this.room = undefined;
      this.notify('error', words.joinProblem(error));
      this.refresh();
      if (!this.state.rooms) void this.loadRooms();
    }
  }

  leaveRoom(): void {
    this.calls.leave();
    if (this.state.connection === 'online') this.room?.leave();
    this.room = undefined;
    this.calls.stopRinging();
    this.refresh();
    if (this.state.connection === 'online') void this.loadRooms();
  }

  private leftRoom(room: RoomSession, change: PresenceChange): void {
    if (room !== this.room) return;
    const text = words.leftRoom(change);
    if (text) this.notify('error', text);
    if (change.cause === 'shutdown') this.roomToReturnTo = room.jid;
    this.calls.drop();
    this.room = undefined;
    this.calls.stopRinging();
    this.refresh();
    void this.loadRooms();
  }

  private roomOf(stanza: Element): RoomSession | undefined {
    const from = bareJid(stanza.getAttribute('from') ?? '');
    return this.room?.jid === from ? this.room : undefined;
  }

  // --- requests of others

  private handleRequest(stanza: Element, payload: Element): Element | true | undefined {
    const type = stanza.getAttribute('type');
    const from = stanza.getAttribute('from') ?? '';
    const is = (name: string, ns: string) =>
      payload.localName === name && payload.namespaceURI === ns;
    if (type === 'get' && is('ping', NS.ping)) return true;
    if (type === 'get' && is('query', NS.discoInfo)) {
      return el(
        'query',
        { xmlns: NS.discoInfo, node: payload.getAttribute('node') ?? undefined },
        el('identity', { category: 'client', type: 'web', name: 'Parley' }),
        ...CLIENT_FEATURES.map((feature) => el('feature', { var: feature })),
      );
    }
    if (type !== 'set' || !is('jingle', NS.jingle)) return undefined;
    const message = parseJingle(payload);
    if (!message) return stanzaError('modify', 'bad-request');
    return this.calls.handleJingle(from, message);
  }

  // --- state

  dismiss(id: number): void {
    this.set({ notices: this.state.notices.filter((n) => n.id !== id) });
  }

  /** What went wrong before does not matter to what the person does next. */
  clearErrors(): void {
    this.set({ notices: this.state.notices.filter((n) => n.kind !== 'error') });
  }

  notify(kind: Notice['kind'], text: string): void {
    const id = ++this.noticeCount;
    const others = this.state.notices.filter((n) => n.text !== text);
    this.set({ notices: [...others, { id, kind, text }] });
    if (kind === 'info') window.setTimeout(() => this.dismiss(id), INFO_SHOWN_MS);
  }

  refresh(): void {
    const { room } = this;
    this.set({
      room: room && {
        jid: room.jid,
        facts: room.facts,
        joined: room.joined,
        ownNick: room.ownNick,
        occupants: [...room.occupants.values()].sort((a, b) => a.nick.localeCompare(b.nick)),
        calls: [...room.calls],
      },
      call: this.calls.view(),
    });
  }

  set(change: Partial<AppState>): void {
    this.state = { ...this.state, ...change };
    this.render(this.state);
  }
}
