import { formatCandidate, parseCandidate } from './candidate-line';
import type {
  Candidate,
  Content,
  Media,
  PayloadType,
  Role,
  Senders,
  SessionDescription,
  Source,
  Transport,
} from './description';

/**
 * SDP (RFC 8866, RFC 8829) to and from a session description. `describer` is the role of the SDP's
 * author.
 */

const DIRECTIONS = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;
type Direction = (typeof DIRECTIONS)[number];

const other = (role: Role): Role => (role === 'initiator' ? 'responder' : 'initiator');

export function sendersToDirection(senders: Senders, describer: Role): Direction {
  if (senders === 'both') return 'sendrecv';
  if (senders === 'none') return 'inactive';
  return senders === describer ? 'sendonly' : 'recvonly';
}

export function directionToSenders(direction: Direction, describer: Role): Senders {
  if (direction === 'sendrecv') return 'both';
  if (direction === 'inactive') return 'none';
  return direction === 'sendonly' ? describer : other(describer);
}

/** All values of `a=name:value` in these lines. */
function attributes(lines: string[], name: string): string[] {
  const prefix = `a=${name}:`;
  return lines.filter((l) => l.startsWith(prefix)).map((l) => l.slice(prefix.length).trim());
}

/** `value` cut at its first space. */
function cut(value: string): [string, string] {
  const space = value.indexOf(' ');
  return space < 0 ? [value, ''] : [value.slice(0, space), value.slice(space + 1).trim()];
}

function parsePayloadType(lines: string[], id: string): PayloadType | undefined {
  const rtpmap = attributes(lines, 'rtpmap')
    .map(cut)
    .find(([pt]) => pt === id);
  if (!rtpmap) return undefined;
  const [name, clockRate, channels] = rtpmap[1].split('/');
  const fmtp = attributes(lines, 'fmtp')
    .map(cut)
    .filter(([pt]) => pt === id)
    .flatMap(([, v]) => v.split(';'));
  const parameters = fmtp
    .map((p) => p.trim())
    .filter((p) => p.includes('='))
    .map((p): [string, string] => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)]);
  // RFC 2198 redundancy names its payloads in a bare fmtp, for which XEP-0167 has no parameter.
  if (name === 'red' && fmtp.length > 0 && parameters.length === 0) return undefined;
  return {
    id: Number(id),
    name: name ?? '',
    clockRate: Number(clockRate),
    channels: Number(channels ?? 1),
    parameters,
    feedback: parseFeedback(lines, id),
  };
}

function parseFeedback(lines: string[], id: string) {
  return attributes(lines, 'rtcp-fb')
    .map(cut)
    .filter(([pt]) => pt === id)
    .map(([, value]) => {
      const [type, subtype] = cut(value);
      return { type, subtype: subtype || undefined };
    });
}

function parseSources(lines: string[]): Source[] {
  const sources = new Map<number, Source>();
  for (const [ssrc, attribute] of attributes(lines, 'ssrc').map(cut)) {
    const source = sources.get(Number(ssrc)) ?? { ssrc: Number(ssrc), parameters: [] };
    sources.set(source.ssrc, source);
    const colon = attribute.indexOf(':');
    const name = colon < 0 ? attribute : attribute.slice(0, colon);
    if (name === 'cname' || name === 'msid')
      source.parameters.push([name, attribute.slice(colon + 1)]);
  }
  const msid = attributes(lines, 'msid')[0];
  for (const source of sources.values()) {
    if (msid && !source.parameters.some(([name]) => name === 'msid'))
      source.parameters.push(['msid', msid]);
  }
  return [...sources.values()];
}

function parseTransport(media: string[], session: string[]): Transport {
  const first = (name: string) => attributes(media, name)[0] ?? attributes(session, name)[0];
  const [hash, value] = cut(first('fingerprint') ?? '');
  return {
    ufrag: first('ice-ufrag'),
    pwd: first('ice-pwd'),
    fingerprint: hash
      ? { hash: hash.toLowerCase(), value, setup: first('setup') ?? 'actpass' }
      : undefined,
    candidates: attributes(media, 'candidate')
      .map(parseCandidate)
      .filter((c): c is Candidate => c !== undefined),
  };
}

/** The encodings of `a=simulcast` in order, of either direction; the first of alternatives. */
function parseSimulcast(lines: string[]): string[] {
  const [, list] = (attributes(lines, 'simulcast')[0] ?? '').split(' ');
  return (list ?? '')
    .split(';')
    .map((alternatives) => alternatives.split(',')[0]!.replace(/^~/, ''))
    .filter(Boolean);
}

function parseMedia(lines: string[], session: string[], describer: Role): Content | undefined {
  const [kind, port, , ...formats] = lines[0]!.slice(2).split(' ');
  const name = attributes(lines, 'mid')[0];
  if ((kind !== 'audio' && kind !== 'video') || !name) return undefined;
  if (port === '0' && !lines.includes('a=bundle-only')) return undefined;
  const direction = DIRECTIONS.find((d) => lines.includes(`a=${d}`)) ?? 'sendrecv';
  return {
    name,
    creator: 'initiator',
    media: kind as Media,
    senders: directionToSenders(direction, describer),
    rtcpMux: lines.includes('a=rtcp-mux'),
    ...(lines.includes('a=rtcp-rsize') && { rtcpReducedSize: true }),
    payloadTypes: formats
      .map((id) => parsePayloadType(lines, id))
      .filter((p): p is PayloadType => p !== undefined),
    feedback: parseFeedback(lines, '*'),
    ...([...session, ...lines].includes('a=extmap-allow-mixed') && { extmapAllowMixed: true }),
    headerExtensions: attributes(lines, 'extmap')
      .map(cut)
      .map(([id, uri]) => ({ id: Number(id.split('/')[0]), uri: cut(uri)[0] })),
    sources: parseSources(lines),
    sourceGroups: attributes(lines, 'ssrc-group')
      .map(cut)
      .map(([semantics, ssrcs]) => ({ semantics, ssrcs: ssrcs.split(' ').map(Number) })),
    rids: parseSimulcast(lines),
    categories: [],
    transport: parseTransport(lines, session),
  };
}

/** The lines of the session, then those of each media section. */
function splitSections(sdp: string): [session: string[], media: string[][]] {
  const sections: string[][] = [[]];
  for (const line of sdp.split(/\r?\n/).filter(Boolean)) {
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)!.push(line);
  }
  return [sections[0]!, sections.slice(1)];
}

/** The mid of each media section in order, of rejected ones too; empty where it has none. */
export function sectionNames(sdp: string): string[] {
  return splitSections(sdp)[1].map((lines) => attributes(lines, 'mid')[0] ?? '');
}

/** Reads a browser's own SDP; rejected and non-RTP media sections are left out. */
export function parseSdp(sdp: string, describer: Role): SessionDescription {
  const [session, sections] = splitSections(sdp);
  const contents = sections
    .map((s) => parseMedia(s, session, describer))
    .filter((c): c is Content => c !== undefined);
  const group = attributes(session, 'group').find((g) => g.startsWith('BUNDLE '));
  const bundle = (group ?? '')
    .split(' ')
    .slice(1)
    .filter((name) => contents.some((c) => c.name === name));
  return { contents, bundle };
}

function formatPayloadType(p: PayloadType): string[] {
  const lines = [
    `a=rtpmap:${p.id} ${p.name}/${p.clockRate}${p.channels > 1 ? `/${p.channels}` : ''}`,
  ];
  lines.push(
    ...p.feedback.map((f) => `a=rtcp-fb:${p.id} ${f.type}${f.subtype ? ` ${f.subtype}` : ''}`),
  );
  if (p.parameters.length)
    lines.push(`a=fmtp:${p.id} ${p.parameters.map(([n, v]) => `${n}=${v}`).join(';')}`);
  return lines;
}

function formatTransport(t: Transport): string[] {
  const lines: string[] = [];
  if (t.ufrag) lines.push(`a=ice-ufrag:${t.ufrag}`);
  if (t.pwd) lines.push(`a=ice-pwd:${t.pwd}`);
  lines.push('a=ice-options:trickle');
  if (t.fingerprint) {
    lines.push(
      `a=fingerprint:${t.fingerprint.hash} ${t.fingerprint.value}`,
      `a=setup:${t.fingerprint.setup}`,
    );
  }
  lines.push(...t.candidates.map((c) => `a=${formatCandidate(c)}`));
  return lines;
}

/** RFC 8853: encodings go one way only, from the one who sends in the content. */
function formatSimulcast({ rids, senders }: Content, describer: Role): string[] {
  if (rids.length === 0) return [];
  const way = senders === describer || senders === 'both' ? 'send' : 'recv';
  return [...rids.map((rid) => `a=rid:${rid} ${way}`), `a=simulcast:${way} ${rids.join(';')}`];
}

function formatContent(content: Content, transport: Transport, describer: Role): string[] {
  const lines = [
    `m=${content.media} 9 UDP/TLS/RTP/SAVPF ${content.payloadTypes.map((p) => p.id).join(' ')}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${content.name}`,
    ...formatTransport(transport),
    `a=${sendersToDirection(content.senders, describer)}`,
  ];
  if (content.rtcpMux) lines.push('a=rtcp-mux');
  if (content.rtcpReducedSize) lines.push('a=rtcp-rsize');
  if (content.extmapAllowMixed) lines.push('a=extmap-allow-mixed');
  lines.push(...content.headerExtensions.map((h) => `a=extmap:${h.id} ${h.uri}`));
  lines.push(...content.payloadTypes.flatMap(formatPayloadType));
  lines.push(
    ...content.feedback.map((f) => `a=rtcp-fb:* ${f.type}${f.subtype ? ` ${f.subtype}` : ''}`),
  );
  lines.push(
    ...content.sourceGroups.map((g) => `a=ssrc-group:${g.semantics} ${g.ssrcs.join(' ')}`),
  );
  lines.push(...formatSimulcast(content, describer));
  const msid = content.sources.flatMap((s) => s.parameters).find(([name]) => name === 'msid');
  if (msid) lines.push(`a=msid:${msid[1]}`);
  for (const source of content.sources) {
    lines.push(
      ...source.parameters.map(([name, value]) => `a=ssrc:${source.ssrc} ${name}:${value}`),
    );
  }
  return lines;
}

/** What a media section keeps when its content is gone. */
export type SectionHead = Pick<Content, 'name' | 'media'>;

const rejected = ({ name, media }: SectionHead): string[] => [
  `m=${media} 0 UDP/TLS/RTP/SAVPF 0`,
  'c=IN IP4 0.0.0.0',
  `a=mid:${name}`,
  'a=inactive',
];

/**
 * Writes SDP for the browser. For an answer give the `order` of the offer it answers, and for a
 * later offer that of the session: media sections follow it, and contents that the description
 * lacks are rejected (RFC 3264 section 6).
 */
export function formatSdp(
  description: SessionDescription,
  describer: Role,
  order: readonly SectionHead[] = description.contents,
): string {
  const shared = description.contents.find((c) => c.transport.ufrag)?.transport;
  const section = (content: Content) => {
    const inBundle = description.bundle.includes(content.name);
    const own =
      content.transport.ufrag || !inBundle || !shared
        ? content.transport
        : { ...shared, candidates: [] };
    return formatContent(content, own, describer);
  };
  const media = order.flatMap((w) => {
    const found = description.contents.find((c) => c.name === w.name);
    return found ? section(found) : rejected(w);
  });
  const head = ['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=-', 't=0 0'];
  if (description.bundle.length) head.push(`a=group:BUNDLE ${description.bundle.join(' ')}`);
  head.push('a=msid-semantic: WMS *');
  return `${[...head, ...media].join('\r\n')}\r\n`;
}
