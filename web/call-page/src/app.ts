import { buildCallMessage, buildPropose, type CallMessage, type Mode } from './call/call-message';
import type { Call } from './call/call-model';
import { GroupCall, unknownSession } from './call/group-call';
import type { Media } from './jingle/description';
import { buildJingle, parseJingle } from './jingle/jingle-message';
import { LocalMedia } from './media/local-media';
import { RingTone } from './media/ring-tone';
import type { PresenceChange } from './muc/occupants';
import { RoomSession } from './muc/room-session';
import { type AppState, INITIAL_STATE, type Notice } from './state';
import * as words from './words';
import { Connection } from './xmpp/connection';
import { fetchIceServers, findMucService, listRooms } from './xmpp/disco';
import { stanzaError } from './xmpp/errors';
import { bareJid } from './xmpp/jid';
import { NS } from './xmpp/namespaces';
import { el } from './xmpp/xml';

const INFO_SHOWN_MS = 7_000;
/** Where the room does not end a call that nobody answers, the page stops ringing by itself. */
const RING_MS = 60_000;

const CLIENT_FEATURES = [
  NS.discoInfo, NS.ping, NS.jingle, NS.rtp, NS.rtpAudio, NS.rtpVideo, NS.iceUdp,
  NS.dtls, NS.grouping, NS.rtpFeedback, NS.rtpHeaderExtensions, NS.rtpSources, NS.calls, NS.callsSfu,
];

/** The page's one controller: what the person does and what the server says become the next state. */
export class App {
  state: AppState = INITIAL_STATE;
  private readonly local = new LocalMedia();
  private readonly ringTone = new RingTone();
  private readonly connection: Connection;
  private iceServers: RTCIceServer[] = [];
  private room: RoomSession | undefined;
  private groupCall: GroupCall | undefined;
  /** A room that a shutdown put us out of: entered again when the server is back. */
  private roomToReturnTo: string | undefined;
  private ringTimer = 0;
  private noticeCount = 0;

  constructor(url: string, private readonly render: (state: AppState) => void) {
    this.connection = new Connection(url, {
      onOnline: () => void this.cameOnline(),
      onLost: () => this.connectionLost(),
      onRefused: (reason) => this.loggedOut(words.sessionLost(reason)),
      onMessage: (stanza) => this.roomOf(stanza)?.handleMessage(stanza),
      onPresence: (stanza) => this.roomOf(stanza)?.handlePresence(stanza),
      onRequest: (stanza, payload) => this.handleRequest(stanza, payload),
    });
    this.local.onChange(() => this.refresh());
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
    this.leaveCall();
    this.room?.leave();
    this.connection.close();
  }

  private loggedOut(loginError: string | undefined): void {
    this.dropCall();
    this.room = this.roomToReturnTo = undefined;
    this.set({ ...INITIAL_STATE, notices: this.state.notices, loginError });
  }

  private async cameOnline(): Promise<void> {
    const back = this.state.connection === 'reconnecting';
    this.set({ connection: 'online' });
    void fetchIceServers(this.connection).then((servers) => (this.iceServers = servers));
    if (back) this.notify('info', 'The connection is back.');
    const room = this.room?.jid ?? this.roomToReturnTo;
    this.roomToReturnTo = undefined;
    if (room) await this.enterRoom(room);
    else await this.loadRooms();
  }

  private connectionLost(): void {
    this.set({ connection: 'reconnecting' });
    if (!this.groupCall) return;
    this.dropCall();
    this.notify('error', 'The connection was lost, and the call with it. You can join again when the connection is back.');
  }

  // --- rooms

  async loadRooms(): Promise<void> {
    this.set({ rooms: undefined, roomsError: undefined });
    try {
      const service = await findMucService(this.connection);
      const rooms = service ? await listRooms(this.connection, service) : [];
      this.set({ rooms, roomService: service });
    } catch (error) {
      this.set({ rooms: [], roomsError: `The rooms could not be listed. ${words.callProblem(error)}` });
    }
  }

  async enterRoom(jid: string): Promise<void> {
    const room = new RoomSession(jid, this.connection, {
      onChange: () => this.refresh(),
      onCall: (call, message, change) => this.callChanged(room, call, message, change),
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
    this.leaveCall();
    if (this.state.connection === 'online') this.room?.leave();
    this.room = undefined;
    this.stopRinging();
    this.refresh();
    if (this.state.connection === 'online') void this.loadRooms();
  }

  private leftRoom(room: RoomSession, change: PresenceChange): void {
    if (room !== this.room) return;
    const text = words.leftRoom(change);
    if (text) this.notify('error', text);
    if (change.cause === 'shutdown') this.roomToReturnTo = room.jid;
    this.dropCall();
    this.room = undefined;
    this.stopRinging();
    this.refresh();
    void this.loadRooms();
  }

  private roomOf(stanza: Element): RoomSession | undefined {
    const from = bareJid(stanza.getAttribute('from') ?? '');
    return this.room?.jid === from ? this.room : undefined;
  }

  // --- calls

  async startCall(mode: Mode, media: Media[]): Promise<void> {
    const service = mode === 'sfu' ? this.room?.facts?.sfuService : undefined;
    const id = crypto.randomUUID();
    await this.enterCall({ id, mode, media, service }, () => buildPropose(mode, id, media, service));
  }

  async joinCall(call: Call, withCamera: boolean): Promise<void> {
    this.stopRinging();
    await this.enterCall(call, () => buildCallMessage('accept', call.mode, call.id), withCamera);
  }

  /** Devices, the SFU where there is one, then the word in the room. */
  private async enterCall(
    call: Pick<Call, 'id' | 'mode' | 'media' | 'service'>, say: () => Element, withCamera = true,
  ): Promise<void> {
    const room = this.room;
    if (!room || this.groupCall) return;
    this.clearErrors();
    const wanted = call.media.filter((kind) => kind === 'audio' || withCamera);
    if (!(await this.openDevices(wanted)) || this.room !== room) {
      this.local.close();
      return;
    }
    const groupCall = this.newGroupCall(room, call);
    this.groupCall = groupCall;
    this.refresh();
    try {
      if (call.mode === 'sfu') await groupCall.publish();
      if (this.groupCall !== groupCall) return;
      await room.sendCallMessage(say());
      this.refresh();
    } catch (error) {
      if (this.groupCall !== groupCall) return;
      this.dropCall();
      this.notify('error', words.callProblem(error));
    }
  }

  private newGroupCall(room: RoomSession, call: Pick<Call, 'id' | 'mode' | 'media' | 'service'>): GroupCall {
    return new GroupCall({
      id: call.id, mode: call.mode, media: call.media, service: call.service, room: room.jid,
      ownJid: this.connection.jid, local: this.local, iceServers: this.iceServers,
      sendJingle: (to, message) => this.connection.request('set', to, buildJingle(message)),
      isOccupant: (jid) => room.isOccupant(jid),
      onChange: () => this.refresh(),
      onBroken: (reason) => {
        if (this.state.call?.phase === 'starting') return;
        this.leaveCall();
        this.notify('error', words.brokenMedia(reason.condition));
      },
    });
  }

  /** Opens what can be opened; asks the person if something is missing. False: do not call. */
  private async openDevices(wanted: Media[]): Promise<boolean> {
    for (;;) {
      const problems = await this.local.open(wanted);
      if (Object.keys(problems).length === 0) return true;
      const choice = await new Promise<'continue' | 'retry' | 'cancel'>((answer) => this.set({
        deviceQuestion: {
          problems: words.deviceProblems(problems), available: wanted.filter((kind) => !problems[kind]), answer,
        },
      }));
      this.set({ deviceQuestion: undefined });
      if (choice !== 'retry') return choice === 'continue';
    }
  }

  rejectCall(): void {
    const call = this.room?.calls.find((c) => c.id === this.state.ring?.callId);
    this.stopRinging();
    if (call) this.room?.sendCallMessage(buildCallMessage('reject', call.mode, call.id)).catch(() => undefined);
  }

  /** Hangs up: takes the proposal back while it rings unanswered, otherwise ends this participation. */
  leaveCall(): void {
    const groupCall = this.groupCall;
    if (!groupCall) return;
    const call = this.room?.calls.find((c) => c.id === groupCall.id);
    const isIn = call?.participants.some((p) => p.jid === this.connection.jid);
    if (call && isIn && this.state.connection === 'online') {
      const verb = call.state === 'ringing' && call.initiator === this.connection.jid ? 'retract' : 'ended';
      this.room?.sayAndForget(buildCallMessage(verb, call.mode, call.id));
    }
    this.dropCall();
  }

  private dropCall(): void {
    this.groupCall?.close();
    this.groupCall = undefined;
    this.local.close();
    this.refresh();
  }

  private callChanged(
    room: RoomSession, call: Call, message: CallMessage | undefined, change: 'proposed' | 'changed' | 'ended',
  ): void {
    if (room !== this.room) return;
    const own = call.participants.some((p) => p.jid === this.connection.jid);
    if (change === 'ended') {
      if (this.state.ring?.callId === call.id) {
        this.stopRinging();
        this.notify('info', message?.verb === 'retract' ? 'The call was cancelled.' : 'The call is over.');
      }
      if (this.groupCall?.id !== call.id) return;
      this.dropCall();
      this.notify('info', words.callEnded(message?.reason?.condition));
      return;
    }
    const rings = change === 'proposed' && !own && (message ? !message.delayed : call.state === 'ringing');
    if (rings || (!message && !own && call.state === 'ringing')) this.startRinging(call);
    if (this.groupCall?.id !== call.id) return;
    if (own) {
      this.groupCall.update(call);
    } else if (this.state.call && this.state.call.phase !== 'starting') {
      this.dropCall();
      this.notify('info', words.putOut(message?.reason?.condition));
    }
  }

  private startRinging(call: Call): void {
    if (this.groupCall || this.state.ring) return;
    const nick = call.participants.find((p) => p.jid === call.initiator)?.nick ?? call.participants[0]?.nick ?? 'Somebody';
    this.set({ ring: { callId: call.id, nick, media: call.media } });
    this.ringTone.start();
    this.ringTimer = window.setTimeout(() => this.stopRinging(), RING_MS);
  }

  private stopRinging(): void {
    clearTimeout(this.ringTimer);
    this.ringTone.stop();
    if (this.state.ring) this.set({ ring: undefined });
  }

  // --- devices

  toggleMicrophone(): void {
    if (this.local.hasMicrophone) this.local.setMicrophone(!this.local.microphoneOn);
    else void this.openLate('audio');
  }

  toggleCamera(): void {
    if (this.local.cameraOn) void this.local.setCamera(false);
    else void this.openLate('video');
  }

  async toggleScreen(): Promise<void> {
    if (this.local.screenOn) {
      this.local.stopScreen();
      return;
    }
    try {
      await this.local.startScreen();
    } catch (error) {
      // Closing the browser's chooser is no problem to report.
      if ((error as DOMException).name === 'NotAllowedError') return;
      this.notify('error', 'This browser cannot share the screen.');
    }
  }

  private async openLate(kind: Media): Promise<void> {
    const problem = (await this.local.open([kind]))[kind];
    if (problem) this.notify('error', words.deviceProblem(kind, problem));
    if (!this.groupCall) this.local.close();
  }

  // --- requests of others

  private handleRequest(stanza: Element, payload: Element): Element | true | undefined {
    const type = stanza.getAttribute('type');
    const from = stanza.getAttribute('from') ?? '';
    const is = (name: string, ns: string) => payload.localName === name && payload.namespaceURI === ns;
    if (type === 'get' && is('ping', NS.ping)) return true;
    if (type === 'get' && is('query', NS.discoInfo)) {
      return el('query', { xmlns: NS.discoInfo, node: payload.getAttribute('node') ?? undefined },
        el('identity', { category: 'client', type: 'web', name: 'Parley' }),
        ...CLIENT_FEATURES.map((feature) => el('feature', { var: feature })));
    }
    if (type !== 'set' || !is('jingle', NS.jingle)) return undefined;
    const message = parseJingle(payload);
    if (!message) return stanzaError('modify', 'bad-request');
    if (!this.groupCall || !message.sid.startsWith(`${this.groupCall.id}:`)) return unknownSession();
    return this.groupCall.handle(from, message);
  }

  // --- state

  dismiss(id: number): void {
    this.set({ notices: this.state.notices.filter((n) => n.id !== id) });
  }

  /** What went wrong before does not matter to what the person does next. */
  private clearErrors(): void {
    this.set({ notices: this.state.notices.filter((n) => n.kind !== 'error') });
  }

  private notify(kind: Notice['kind'], text: string): void {
    const id = ++this.noticeCount;
    const others = this.state.notices.filter((n) => n.text !== text);
    this.set({ notices: [...others, { id, kind, text }] });
    if (kind === 'info') window.setTimeout(() => this.dismiss(id), INFO_SHOWN_MS);
  }

  private refresh(): void {
    const { room } = this;
    this.set({
      room: room && {
        jid: room.jid, facts: room.facts, joined: room.joined, ownNick: room.ownNick,
        occupants: [...room.occupants.values()].sort((a, b) => a.nick.localeCompare(b.nick)), calls: [...room.calls],
      },
      call: this.callView(),
    });
  }

  private callView(): AppState['call'] {
    const { groupCall, room, local } = this;
    if (!groupCall || !room) return undefined;
    const call = room.calls.find((c) => c.id === groupCall.id);
    const isIn = call?.participants.some((p) => p.jid === this.connection.jid) ?? false;
    return {
      id: groupCall.id, mode: groupCall.options.mode, media: groupCall.options.media,
      phase: !call || !isIn ? 'starting' : call.state, isInitiator: call?.initiator === this.connection.jid,
      since: call?.since ?? Date.now(), peers: groupCall.peers(), rejected: call?.rejected ?? [],
      selfNick: room.ownNick, selfSpeaking: groupCall.selfSpeaking, preview: local.track('video'),
      hasMicrophone: local.hasMicrophone, microphoneOn: local.microphoneOn, cameraOn: local.cameraOn,
      screenOn: local.screenOn,
    };
  }

  /** The statistics of the running call's peer connections, for debugging. */
  connections(): { label: string; pc: RTCPeerConnection }[] {
    return this.groupCall?.connections() ?? [];
  }

  private set(change: Partial<AppState>): void {
    this.state = { ...this.state, ...change };
    this.render(this.state);
  }
}
