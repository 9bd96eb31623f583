import type { Content, SessionDescription, Transport } from './description';
import {
  afterAnswer,
  afterOwnOffer,
  type MediaSections,
  ownContents,
  remoteSdp,
} from './media-sections';
import { parseSdp } from './sdp';

/**
 * Offers and answers of both sides on one peer connection whose sections come and go (RFC 8829).
 * Each function is within a step of the session's queue: none runs before the last has ended.
 */
export class OfferAnswer {
  sections: MediaSections = [];
  /** This client's side, as it was last set. */
  own: SessionDescription = { contents: [], bundle: [] };
  private transport: Transport = { candidates: [] };

  constructor(private readonly pc: RTCPeerConnection) {}

  /** The credentials of the peer's transport that is in use. */
  get remoteUfrag(): string | undefined {
    return this.transport.ufrag;
  }

  /** Sets this client's offer; returns the names of the contents that are new in it. */
  async offer(): Promise<string[]> {
    await this.pc.setLocalDescription(await this.pc.createOffer());
    this.sections = afterOwnOffer(this.sections, this.readOwn());
    const known = this.sections.filter((s) => s.remote).map((s) => s.name);
    return this.own.contents.map((c) => c.name).filter((name) => !known.includes(name));
  }

  /** The peer's answer, with what it says of contents that it was not asked about before. */
  async takeAnswer(contents: Content[]): Promise<void> {
    const sections = afterAnswer(this.sections, contents);
    const sdp = remoteSdp(sections, this.transport);
    await this.pc.setRemoteDescription({ type: 'answer', sdp });
    this.sections = sections;
  }

  /** The session as the peer wants it; contents that the browser cannot take are rejected. */
  async takeOffer(wanted: MediaSections): Promise<void> {
    const sdp = remoteSdp(wanted, this.transport);
    await this.pc.setRemoteDescription({ type: 'offer', sdp });
    await this.pc.setLocalDescription(await this.pc.createAnswer());
    this.sections = afterOwnOffer(wanted, this.readOwn());
  }

  /** Undoes an offer of either side that came to nothing. */
  async takeBack(before: MediaSections): Promise<void> {
    const rollback = { type: 'rollback' } as const;
    if (this.pc.signalingState === 'have-local-offer') await this.pc.setLocalDescription(rollback);
    if (this.pc.signalingState === 'have-remote-offer')
      await this.pc.setRemoteDescription(rollback);
    this.sections = before;
    this.readOwn();
  }

  /** The peer's transport, from its session-accept or its answer to a restart of ICE. */
  takeTransport(contents: Content[]): void {
    const named = contents.find((c) => c.transport.ufrag)?.transport;
    const candidates = contents.flatMap((c) => c.transport.candidates);
    const fingerprint = named?.fingerprint ?? this.transport.fingerprint;
    this.transport = { ...named, fingerprint, candidates };
  }

  /** What this client's side says of these contents, for a Jingle message. */
  describe(names: string[]): { description: SessionDescription } {
    const contents = ownContents(this.sections, this.pc.localDescription?.sdp ?? '', names);
    return { description: { contents, bundle: [] } };
  }

  private readOwn(): string {
    const sdp = this.pc.localDescription?.sdp ?? '';
    this.own = parseSdp(sdp, 'initiator');
    return sdp;
  }
}
