import type { MediaSections } from './media-sections';

/**
 * What the sections of one session for all bring, by participant. Of several pictures of somebody
 * one is shown: a screen rather than a camera, and what came last of either.
 */
export class RemoteMedia {
  private streams = new Map<string, MediaStream>();
  private mids = new Map<string, string[]>();
  /** Names of the contents in the order in which they came. */
  private arrivals: string[] = [];
  private unseen = new Set<string>();
  private muted = new Set<string>();

  streamOf(jid: string): MediaStream | undefined {
    return this.streams.get(jid);
  }

  midsOf(jid: string): string[] {
    return this.mids.get(jid) ?? [];
  }

  participants(): string[] {
    return [...this.streams.keys()];
  }

  /** Of one content, or of all. */
  setMuted(muted: boolean, name: string | undefined): void {
    for (const each of name === undefined ? this.arrivals : [name]) {
      if (muted) this.muted.add(each);
      else this.muted.delete(each);
    }
  }

  /** Somebody whose sound has come, and who has switched it off. */
  isMuted(sections: MediaSections, jid: string): boolean {
    return sections.some((s) => s.source === jid && s.media === 'audio' && this.muted.has(s.name));
  }

  /** Follows the sections; returns the contents that are seen from now on, and those that are not. */
  update(
    sections: MediaSections,
    transceivers: RTCRtpTransceiver[],
  ): { seen: string[]; unseen: string[] } {
    const brought = sections.filter((s) => s.remote && s.source);
    const names = brought.map((s) => s.name);
    const known = this.arrivals.filter((name) => names.includes(name));
    this.arrivals = [...known, ...names.filter((name) => !known.includes(name))];
    this.muted = new Set([...this.muted].filter((name) => names.includes(name)));
    const unseen = new Set(names.filter((name) => this.isCovered(sections, name)));
    this.mids = new Map();
    const tracks = new Map<string, MediaStreamTrack[]>();
    for (const { name, source = '' } of brought) {
      this.mids.set(source, [...this.midsOf(source), name]);
      const track = transceivers.find((t) => t.mid === name)?.receiver.track;
      if (track && !unseen.has(name)) tracks.set(source, [...(tracks.get(source) ?? []), track]);
    }
    this.putIntoStreams(tracks);
    const change = {
      seen: names.filter((name) => this.unseen.has(name) && !unseen.has(name)),
      unseen: [...unseen].filter((name) => !this.unseen.has(name)),
    };
    this.unseen = unseen;
    return change;
  }

  private isCovered(sections: MediaSections, name: string): boolean {
    const { media, source } = sections.find((s) => s.name === name) ?? {};
    if (media !== 'video') return false;
    const pictures = this.arrivals
      .map((arrived) => sections.find((s) => s.name === arrived))
      .filter((s) => s?.media === 'video' && s.source === source);
    const slides = pictures.filter((s) => s?.remote?.categories.includes('slides'));
    return (slides.at(-1) ?? pictures.at(-1))?.name !== name;
  }

  private putIntoStreams(tracks: Map<string, MediaStreamTrack[]>): void {
    for (const jid of this.streams.keys()) if (!tracks.has(jid)) this.streams.delete(jid);
    for (const [jid, wanted] of tracks) {
      const stream = this.streams.get(jid) ?? new MediaStream();
      this.streams.set(jid, stream);
      for (const track of stream.getTracks())
        if (!wanted.includes(track)) stream.removeTrack(track);
      for (const track of wanted) stream.addTrack(track);
    }
  }
}
