import type { Content, Media, Transport } from './description';
import { formatSdp, parseSdp, sectionNames } from './sdp';

/**
 * The media sections of a session that contents come to and go from, in the order of their lines in
 * SDP. A section stays when its content goes: it is rejected, until another content of its kind
 * takes its place (RFC 8829 section 5.2.2). Pure; this client is the session's initiator.
 */
export type MediaSections = readonly MediaSection[];

export interface MediaSection {
  name: string;
  media: Media;
  /** As the peer describes it; undefined before it does, and when the section is rejected. */
  remote: Content | undefined;
  /** Full JID of whose media the peer sends in it; undefined where this client sends. */
  source: string | undefined;
}

const SECTIONS_MAX = 1_000;

/** After this client's offer: its new sections, and without those it stopped. */
export function afterOwnOffer(sections: MediaSections, sdp: string): MediaSections {
  const { contents } = parseSdp(sdp, 'initiator');
  return sectionNames(sdp).map((line, index): MediaSection => {
    const known = sections[index];
    const name = line || known?.name || '';
    const content = contents.find((c) => c.name === name);
    if (known?.name === name)
      return content ? known : { ...known, remote: undefined, source: undefined };
    return { name, media: content?.media ?? 'audio', remote: undefined, source: undefined };
  });
}

/** After the peer's answer: what it said about these sections. */
export function afterAnswer(sections: MediaSections, answered: Content[]): MediaSections {
  return sections.map((section) => {
    const remote = answered.find((c) => c.name === section.name);
    return remote ? { ...section, remote } : section;
  });
}

/** With contents that the peer adds to send media of `source`. Throws where that cannot be. */
export function withContents(
  sections: MediaSections,
  contents: Content[],
  source: string,
): MediaSections {
  const next = [...sections];
  for (const remote of contents) {
    const { name, media } = remote;
    const namesake = next.findIndex((s) => s.name === name);
    const isFree = (s: MediaSection | undefined) => s && !s.remote && s.media === media;
    if (namesake >= 0 && !isFree(next[namesake])) throw new Error(`there is a content ${name}`);
    const place = namesake >= 0 ? namesake : next.findIndex(isFree);
    next[place >= 0 ? place : next.length] = { name, media, remote, source };
  }
  if (next.length > SECTIONS_MAX) throw new Error('there are too many contents');
  return next;
}

export function withoutContents(sections: MediaSections, names: string[]): MediaSections {
  return sections.map((section) =>
    names.includes(section.name) ? { ...section, remote: undefined, source: undefined } : section,
  );
}

/** Where the peer pauses contents that it added, or goes on with them (XEP-0166 section 7.2.4). */
export function withSenders(sections: MediaSections, modified: Content[]): MediaSections {
  return sections.map((section) => {
    const { remote, source } = section;
    const now = modified.find((c) => c.name === section.name);
    if (!remote || !source || !now) return section;
    return { ...section, remote: { ...remote, senders: now.senders } };
  });
}

/** The peer's side of the session, all on its one transport: an offer or an answer. */
export function remoteSdp(sections: MediaSections, transport: Transport): string {
  const bare = { candidates: [] };
  const contents = sections
    .flatMap((s) => s.remote ?? [])
    .map((content, index) => ({ ...content, transport: index === 0 ? transport : bare }));
  const bundle = contents.map((c) => c.name);
  return formatSdp({ contents, bundle }, 'responder', sections);
}

/** What this client's SDP says about these contents; the peer knows the transport's candidates. */
export function ownContents(sections: MediaSections, sdp: string, names: string[]): Content[] {
  return parseSdp(sdp, 'initiator')
    .contents.filter((c) => names.includes(c.name))
    .map((content) => ({
      ...content,
      creator: sections.some((s) => s.name === content.name && s.source)
        ? 'responder'
        : 'initiator',
      transport: { ...content.transport, candidates: [] },
    }));
}
