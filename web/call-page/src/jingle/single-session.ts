import type { LocalMedia, LocalSource } from '../media/local-media';
import { stanzaError } from '../xmpp/errors';
import { NS } from '../xmpp/namespaces';
import { el } from '../xmpp/xml';
import type { Content, Media } from './description';
import { IceWatch } from './ice-watch';
import type { JingleMessage } from './jingle-message';
import { withContents, withoutContents, withSenders } from './media-sections';
import { OfferAnswer } from './offer-answer';
import { OwnSenders } from './own-senders';
import { RemoteMedia } from './remote-media';
import { Session, SessionRefused, type SessionOptions } from './session';

const ANSWER_WAIT_MS = 15_000;

export interface SingleSessionOptions extends SessionOptions {
  ownJid: string;
  room: string;
  media: Media[];
  local: LocalMedia;
  /** What others send, or who speaks most, has changed. */
  onChange(): void;
}

/**
 * The one session with the SFU for the media of everybody. This client initiates it with what it
 * sends; the SFU adds a content for each medium of each other participant, and this client adds
 * what it switches on later.
 */
export class SingleSession extends Session<SingleSessionOptions> {
  readonly remote = new RemoteMedia();
  /** Full JID of who speaks most. */
  speaker: string | undefined;
  /** The SFU sends the media of the others in this session, too. */
  granted = false;
  private readonly negotiation: OfferAnswer;
  private readonly senders: OwnSenders;
  private readonly iceWatch: IceWatch;
  private readonly unsubscribe: () => void;
  private muted = new Map<string, boolean>();

  constructor(options: SingleSessionOptions) {
    super(options);
    this.negotiation = new OfferAnswer(this.pc);
    this.senders = new OwnSenders(this.pc, options.local);
    this.iceWatch = new IceWatch(
      this.pc,
      () => this.restartIce(),
      () => this.setState('failed'),
    );
    this.unsubscribe = options.local.onChange(() => this.sourcesChanged());
  }

  /** Resolves with the SFU's session-accept. */
  initiate(): Promise<void> {
    return this.queue.run(async () => {
      const { ownJid, media, room } = this.options;
      const sources = this.senders.missing().filter((s) => media.includes(s.kind));
      for (const source of sources) this.senders.add(source);
      for (const kind of media)
        if (!sources.some((s) => s.kind === kind)) this.senders.addSilent(kind);
      await this.negotiation.offer();
      const answer = this.queue.expect((m) => m.action === 'session-accept', ANSWER_WAIT_MS);
      await this.send('session-initiate', {
        initiator: ownJid,
        description: this.negotiation.own,
        mujiRoom: room,
        singleSession: true,
      });
      this.releaseCandidates();
      const { description, singleSession } = await answer;
      const { contents } = description;
      this.granted = singleSession === true;
      this.negotiation.takeTransport(contents);
      await this.negotiation.takeAnswer(contents);
      await this.senders.settle();
    });
  }

  /** The media sections that this client sends in. */
  get ownMids(): string[] {
    return this.negotiation.sections.filter((s) => !s.source).map((s) => s.name);
  }

  /** Answers a request of the SFU: `true` for an empty result, or an `<error/>`. */
  handle(message: JingleMessage): Element | true {
    if (this.queue.deliver(message)) return true;
    switch (message.action) {
      case 'session-accept':
      case 'content-accept':
      case 'content-reject':
        return stanzaError(
          'wait',
          'unexpected-request',
          el('out-of-order', { xmlns: NS.jingleErrors }),
        );
      case 'content-add':
        this.inTurn(() => this.takeContents(message));
        return true;
      case 'content-remove':
        this.inTurn(() => this.dropContents(message.description.contents.map((c) => c.name)));
        return true;
      case 'transport-info':
        this.addCandidates(message).catch((e) => console.warn('a candidate was not usable', e));
        return true;
      case 'content-modify':
        this.inTurn(() => this.modifyContents(message.description.contents));
        return true;
      case 'session-info':
        // Somebody waits for the picture: not in turn.
        if (message.demand)
          this.senders.setHeightMax(message.demand.name, message.demand.maxHeight);
        this.inTurn(() => this.takeInfo(message));
        return true;
      case 'description-info':
        return true;
      case 'session-terminate':
        this.ended(message.reason);
        return true;
      default:
        return stanzaError('cancel', 'feature-not-implemented');
    }
  }

  protected override close(): void {
    this.unsubscribe();
    this.iceWatch.close();
    super.close();
  }

  /** While ICE can be restarted the session goes on. */
  protected override connectionChanged(): void {
    const lost = ['disconnected', 'failed'].includes(this.pc.connectionState);
    if (!lost || this.hasPath) super.connectionChanged();
    else if (this.state === 'connected') this.setState('interrupted');
  }

  private get hasPath(): boolean {
    return ['connected', 'completed'].includes(this.pc.iceConnectionState);
  }

  protected override ownContent(name: string): Content | undefined {
    return this.negotiation.own.contents.find((c) => c.name === name);
  }

  /** All contents share the one transport, whichever of them the SFU names. */
  protected override sectionFor(name: string): string {
    return this.negotiation.sections.find((s) => s.remote)?.name ?? name;
  }

  // --- what this client sends

  private sourcesChanged(): void {
    this.senders.syncTracks();
    this.senders.sendWatched();
    if (this.state === 'ended') return;
    this.tellMuted();
    const screenOff = !this.options.local.screenOn && this.senders.midOf('screen') !== undefined;
    if (screenOff) this.inTurn(() => this.removeScreen());
    if (this.senders.missing().length > 0) this.inTurn(() => this.addSource());
  }

  /** Adds what was switched on. What the SFU does not take is rejected, as in an answer of SDP. */
  private async addSource(): Promise<void> {
    const [source] = this.senders.missing();
    if (!source) return;
    this.senders.add(source);
    const names = await this.negotiation.offer();
    try {
      await this.negotiation.takeAnswer(await this.askToAdd(source, names));
    } catch (error) {
      console.warn(`the SFU does not take the ${source.name}`, error);
      await this.negotiation.takeAnswer([]);
    }
    await this.senders.settle();
    // What was switched meanwhile.
    this.sourcesChanged();
  }

  private async askToAdd({ name }: LocalSource, names: string[]): Promise<Content[]> {
    const isAnswer = ({ action, description }: JingleMessage) =>
      (action === 'content-accept' || action === 'content-reject') &&
      description.contents.some((c) => names.includes(c.name));
    const answer = this.queue.expect(isAnswer, ANSWER_WAIT_MS);
    const categories = name === 'screen' ? ['slides'] : [];
    const contents = this.negotiation.describe(names).description.contents;
    const added = contents.map((content) => ({ ...content, categories }));
    await this.send('content-add', { description: { contents: added, bundle: [] } });
    const { action, description, reason } = await answer;
    if (action === 'content-accept') return description.contents;
    throw new SessionRefused(reason ?? { condition: 'unsupported-applications', text: '' });
  }

  private async removeScreen(): Promise<void> {
    const mid = this.senders.midOf('screen');
    if (mid === undefined || this.options.local.screenOn) return;
    const removed = this.negotiation.describe([mid]);
    this.senders.stop('screen');
    await this.negotiation.offer();
    await this.send('content-remove', removed);
    await this.negotiation.takeAnswer([]);
  }

  /** XEP-0167 section 8; of a camera that is off nothing is sent either. */
  private tellMuted(): void {
    for (const { name, track } of this.options.local.sources()) {
      const mid = this.senders.midOf(name);
      const muted = !track?.enabled;
      if (mid === undefined || (this.muted.get(mid) ?? false) === muted) continue;
      this.muted.set(mid, muted);
      if (name !== 'screen')
        this.tell('session-info', { mute: { muted, creator: 'initiator', name: mid } });
    }
  }

  // --- what the SFU sends

  private async takeContents(message: JingleMessage): Promise<void> {
    const { description } = message;
    const { sections } = this.negotiation;
    const reject = (condition: string) =>
      this.send('content-reject', { description, reason: { condition, text: '' } });
    try {
      const source = message.conferenceUsers[0];
      if (!source) throw new Error('the contents are nobody\u2019s');
      await this.negotiation.takeOffer(withContents(sections, description.contents, source));
    } catch (error) {
      await this.negotiation.takeBack(sections);
      await reject('failed-application');
      throw error;
    }
    const taken = this.negotiation.describe(description.contents.map((c) => c.name));
    if (taken.description.contents.length > 0) await this.send('content-accept', taken);
    else await reject('unsupported-applications');
    this.followSections();
  }

  private async dropContents(names: string[]): Promise<void> {
    await this.negotiation.takeOffer(withoutContents(this.negotiation.sections, names));
    await this.senders.settle();
    this.followSections();
  }

  /** What is paused has no place to arrive at, and what goes on has one again. */
  private async modifyContents(modified: Content[]): Promise<void> {
    await this.negotiation.takeOffer(withSenders(this.negotiation.sections, modified));
    this.followSections();
  }

  private async takeInfo({ speaker, mute }: JingleMessage): Promise<void> {
    this.speaker = speaker ?? this.speaker;
    if (mute) this.remote.setMuted(mute.muted, mute.name);
    this.options.onChange();
  }

  isMuted(jid: string): boolean {
    return this.remote.isMuted(this.negotiation.sections, jid);
  }

  /** Shows what there is now, and pauses pictures that another one of the same person covers. */
  private followSections(): void {
    const { sections } = this.negotiation;
    const { seen, unseen } = this.remote.update(sections, this.pc.getTransceivers());
    const modified = (names: string[], senders: Content['senders']) =>
      sections
        .flatMap((s) => s.remote ?? [])
        .filter((c) => names.includes(c.name))
        .map((c) => ({ ...c, senders }));
    const resumed = modified(seen, 'responder');
    const contents = [...resumed, ...modified(unseen, 'none')];
    if (contents.length > 0) this.tell('content-modify', { description: { contents, bundle: [] } });
    if (resumed.length > 0) this.inTurn(() => this.modifyContents(resumed));
    this.options.onChange();
  }

  // --- negotiation

  private inTurn(step: () => Promise<void>): void {
    this.queue.run(step).catch((error) => {
      if (this.state !== 'ended') console.warn(`a step with ${this.peer} failed`, error);
    });
  }

  /** RFC 8445 section 9: new credentials by transport-info, answered in the same way. */
  private restartIce(): Promise<void> {
    return this.queue.run(async () => {
      const { sections, remoteUfrag } = this.negotiation;
      if (!this.hasPath) this.setState('interrupted');
      this.holdCandidates();
      this.generation++;
      try {
        this.pc.restartIce();
        await this.negotiation.offer();
        const isAnswer = ({ action, description }: JingleMessage) =>
          action === 'transport-info' &&
          description.contents.some(
            ({ transport: { ufrag } }) => ufrag !== undefined && ufrag !== remoteUfrag,
          );
        const answer = this.queue.expect(isAnswer, ANSWER_WAIT_MS);
        const first = this.negotiation.own.contents.slice(0, 1).map((c) => c.name);
        await this.send('transport-info', this.negotiation.describe(first));
        this.releaseCandidates();
        this.negotiation.takeTransport((await answer).description.contents);
        await this.negotiation.takeAnswer([]);
      } catch (error) {
        await this.negotiation.takeBack(sections);
        throw error;
      }
    });
  }
}
