import type { CallMessage, Mode } from './call/call-message';
import { buildCallMessage, buildPropose } from './call/call-message';
import type { Call } from './call/call-model';
import { GroupCall, unknownSession } from './call/group-call';
import { type Layout, SubscriptionSender } from './call/subscription';
import type { Media } from './jingle/description';
import { buildJingle, type JingleMessage } from './jingle/jingle-message';
import { LocalMedia } from './media/local-media';
import { RingTone } from './media/ring-tone';
import type { MeasuredConnection } from './media/stats-summary';
import type { RoomSession } from './muc/room-session';
import type { AppState, CallView, Notice } from './state';
import * as words from './words';
import type { Connection } from './xmpp/connection';
import { fetchIceServers, hasSingleSession } from './xmpp/disco';
import { bareJid } from './xmpp/jid';

/** Where the room does not end a call that nobody answers, the page stops ringing by itself. */
const RING_MS = 60_000;

/** What the calls need of the page around them. */
export interface PageContext {
  readonly state: AppState;
  readonly connection: Connection;
  readonly room: RoomSession | undefined;
  set(change: Partial<AppState>): void;
  refresh(): void;
  notify(kind: Notice['kind'], text: string): void;
  clearErrors(): void;
}

/** The call of this person: entering and leaving it, ringing, and the devices. */
export class CallControl {
  private readonly local = new LocalMedia();
  private readonly ringTone = new RingTone();
  private groupCall: GroupCall | undefined;
  private readonly wishes = new SubscriptionSender((wanted) => this.subscribe(wanted));
  private ringTimer = 0;

  constructor(private readonly page: PageContext) {
    this.local.onChange(() => page.refresh());
  }

  get running(): boolean {
    return this.groupCall !== undefined;
  }

  async start(mode: Mode, media: Media[]): Promise<void> {
    const service = mode === 'sfu' ? this.page.room?.facts?.sfuService : undefined;
    const id = crypto.randomUUID();
    await this.enter({ id, mode, media, service }, () => buildPropose(mode, id, media, service));
  }

  async join(call: Call, withCamera: boolean): Promise<void> {
    this.stopRinging();
    await this.enter(call, () => buildCallMessage('accept', call.mode, call.id), withCamera);
  }

  /** Devices and the way past NATs, the SFU where there is one, then the word in the room. */
  private async enter(
    call: Pick<Call, 'id' | 'mode' | 'media' | 'service'>,
    say: () => Element,
    withCamera = true,
  ): Promise<void> {
    const { room } = this.page;
    if (!room || this.groupCall) return;
    this.page.clearErrors();
    const wanted = call.media.filter((kind) => kind === 'audio' || withCamera);
    const { connection } = this.page;
    this.local.large = call.mode === 'sfu';
    const [ready, iceServers, singleSession] = await Promise.all([
      this.openDevices(wanted),
      fetchIceServers(connection),
      call.mode === 'sfu' && hasSingleSession(connection, call.service),
    ]);
    if (!ready || this.page.room !== room) {
      this.local.close();
      return;
    }
    const groupCall = this.newGroupCall(room, call, iceServers, singleSession);
    this.groupCall = groupCall;
    this.page.refresh();
    try {
      if (call.mode === 'sfu') await groupCall.publish();
      if (this.groupCall !== groupCall) return;
      await room.sendCallMessage(say());
      this.page.refresh();
    } catch (error) {
      if (this.groupCall !== groupCall) return;
      this.drop();
      this.page.notify('error', words.callProblem(error));
    }
  }

  private newGroupCall(
    room: RoomSession,
    call: Pick<Call, 'id' | 'mode' | 'media' | 'service'>,
    iceServers: RTCIceServer[],
    singleSession: boolean,
  ): GroupCall {
    return new GroupCall({
      id: call.id,
      mode: call.mode,
      media: call.media,
      service: call.service,
      singleSession,
      room: room.jid,
      ownJid: this.page.connection.jid,
      local: this.local,
      iceServers,
      sendJingle: (to, message) => this.page.connection.request('set', to, buildJingle(message)),
      mayConnect: (jid) =>
        room.isOccupant(jid) || room.calls.some((c) => c.participants.some((p) => p.jid === jid)),
      onChange: () => this.page.refresh(),
      onBroken: (reason) => {
        if (this.page.state.call?.phase === 'starting') return;
        this.leave();
        this.page.notify('error', words.brokenMedia(reason.condition));
      },
    });
  }

  /** Opens what can be opened; asks the person if something is missing. False: do not call. */
  private async openDevices(wanted: Media[]): Promise<boolean> {
    for (;;) {
      const problems = await this.local.open(wanted);
      if (Object.keys(problems).length === 0) return true;
      const choice = await new Promise<'continue' | 'retry' | 'cancel'>((answer) =>
        this.page.set({
          deviceQuestion: {
            problems: words.deviceProblems(problems),
            available: wanted.filter((kind) => !problems[kind]),
            answer,
          },
        }),
      );
      this.page.set({ deviceQuestion: undefined });
      if (choice !== 'retry') return choice === 'continue';
    }
  }

  reject(): void {
    const call = this.page.room?.calls.find((c) => c.id === this.page.state.ring?.callId);
    this.stopRinging();
    if (call)
      this.page.room
        ?.sendCallMessage(buildCallMessage('reject', call.mode, call.id))
        .catch(() => undefined);
  }

  /**
   * Hangs up: takes the proposal back while it rings unanswered, otherwise ends this participation.
   */
  leave(): void {
    const groupCall = this.groupCall;
    if (!groupCall) return;
    const call = this.page.room?.calls.find((c) => c.id === groupCall.id);
    const isIn = call?.participants.some((p) => p.jid === this.page.connection.jid);
    if (call && isIn && this.page.state.connection === 'online') {
      const verb =
        call.state === 'ringing' && call.initiator === this.page.connection.jid
          ? 'retract'
          : 'ended';
      this.page.room?.sayAndForget(buildCallMessage(verb, call.mode, call.id));
    }
    this.drop();
  }

  /** Ends the own part without a word in the room. */
  drop(): void {
    this.groupCall?.close();
    this.groupCall = undefined;
    this.wishes.reset();
    this.local.close();
    this.page.refresh();
  }

  changed(
    room: RoomSession,
    call: Call,
    message: CallMessage | undefined,
    change: 'proposed' | 'changed' | 'ended',
  ): void {
    if (room !== this.page.room) return;
    const own = call.participants.some((p) => p.jid === this.page.connection.jid);
    if (change === 'ended') {
      if (this.page.state.ring?.callId === call.id) {
        this.stopRinging();
        this.page.notify(
          'info',
          message?.verb === 'retract' ? 'The call was cancelled.' : 'The call is over.',
        );
      }
      if (this.groupCall?.id !== call.id) return;
      this.drop();
      this.page.notify('info', words.callEnded(message?.reason?.condition));
      return;
    }
    const rings =
      change === 'proposed' && !own && (message ? !message.delayed : call.state === 'ringing');
    if (rings || (!message && !own && call.state === 'ringing')) this.startRinging(call);
    const account = bareJid(this.page.connection.jid);
    // Another device of this person has answered.
    if (message?.verb === 'accept' && call.participants.some((p) => bareJid(p.jid) === account))
      this.stopRinging();
    if (this.groupCall?.id !== call.id) return;
    if (own) {
      this.groupCall.update(call);
    } else if (this.page.state.call && this.page.state.call.phase !== 'starting') {
      this.drop();
      this.page.notify('info', words.putOut(message?.reason?.condition));
    }
  }

  private startRinging(call: Call): void {
    if (this.groupCall || this.page.state.ring) return;
    const nick =
      call.participants.find((p) => p.jid === call.initiator)?.nick ??
      call.participants[0]?.nick ??
      'Somebody';
    this.page.set({ ring: { callId: call.id, nick, media: call.media } });
    this.ringTone.start();
    this.ringTimer = window.setTimeout(() => this.stopRinging(), RING_MS);
  }

  stopRinging(): void {
    clearTimeout(this.ringTimer);
    this.ringTone.stop();
    if (this.page.state.ring) this.page.set({ ring: undefined });
  }

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
      this.page.notify('error', 'This browser cannot share the screen.');
    }
  }

  private async openLate(kind: Media): Promise<void> {
    const problem = (await this.local.open([kind]))[kind];
    if (problem) this.page.notify('error', words.deviceProblem(kind, problem));
    if (!this.groupCall) this.local.close();
  }

  /** What the stage shows; undefined without a call. */
  view(): CallView | undefined {
    const { groupCall, local } = this;
    const { room } = this.page;
    if (!groupCall || !room) return undefined;
    const call = room.calls.find((c) => c.id === groupCall.id);
    const isIn = call?.participants.some((p) => p.jid === this.page.connection.jid) ?? false;
    return {
      id: groupCall.id,
      mode: groupCall.options.mode,
      media: groupCall.options.media,
      phase: !call || !isIn ? 'starting' : call.state,
      isInitiator: call?.initiator === this.page.connection.jid,
      since: call?.since ?? Date.now(),
      peers: groupCall.peers(),
      rejected: call?.rejected ?? [],
      reconnecting: groupCall.reconnecting,
      selfNick: room.ownNick,
      selfSpeaking: groupCall.selfSpeaking,
      preview: local.track('video'),
      hasMicrophone: local.hasMicrophone,
      microphoneOn: local.microphoneOn,
      cameraOn: local.cameraOn,
      screenOn: local.screenOn,
    };
  }

  /** The stage shows this of the others; the SFU may leave out the rest. */
  shows(layout: Layout): void {
    if (this.groupCall?.hasSingleSession) this.wishes.show(layout);
  }

  private async subscribe(wanted: Element): Promise<void> {
    const { groupCall } = this;
    if (groupCall) await this.page.connection.request('set', groupCall.conference, wanted);
  }

  /** The statistics of the running call's peer connections, for debugging. */
  connections(): MeasuredConnection[] {
    return this.groupCall?.connections() ?? [];
  }

  /** Answers a Jingle request: `true` for an empty result, or an `<error/>`. */
  handleJingle(from: string, message: JingleMessage): Element | true {
    if (!this.groupCall || !message.sid.startsWith(`${this.groupCall.id}:`))
      return unknownSession();
    return this.groupCall.handle(from, message);
  }
}
