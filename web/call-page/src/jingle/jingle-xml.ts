import { NS } from '../xmpp/namespaces';
import { attribute, child, children, el, intAttribute, text } from '../xmpp/xml';
import type {
  Candidate,
  Content,
  Feedback,
  Fingerprint,
  HeaderExtension,
  PayloadType,
  Senders,
  Source,
  SourceGroup,
  Transport,
} from './description';

/**
 * Jingle contents (XEP-0167, 0176, 0293, 0294, 0320, 0338, 0339) to and from a session description.
 * What a peer sends is hostile until it has passed here: lists are cut at a limit, numbers are
 * bounded, and text that could break out of a line of SDP is dropped.
 */
const LIMITS = {
  contents: 32,
  payloadTypes: 96,
  perPayload: 32,
  extensions: 32,
  sources: 64,
  rids: 8,
  categories: 8,
  candidates: 64,
};
const UINT16_MAX = 65_535;
const UINT32_MAX = 4_294_967_295;
const SENDERS: readonly string[] = ['initiator', 'responder', 'both', 'none'];

/** An attribute that may be put into a line of SDP. */
function sdpSafe(element: Element, name: string): string | undefined {
  const value = attribute(element, name);
  return value !== undefined && value.length <= 1024 && !/[\u0000-\u001f]/.test(value)
    ? value
    : undefined;
}

/** As `sdpSafe`, for values that are one SDP token: no blanks either. */
function token(element: Element, name: string): string | undefined {
  const value = sdpSafe(element, name);
  return value !== undefined && /^\S+$/.test(value) ? value : undefined;
}

function collect<T>(elements: Element[], limit: number, parse: (e: Element) => T | undefined): T[] {
  return elements
    .slice(0, limit)
    .map(parse)
    .filter((v): v is Awaited<T> & T => v !== undefined);
}

function parseFeedback(parent: Element): Feedback[] {
  return collect(children(parent, 'rtcp-fb', NS.rtpFeedback), LIMITS.perPayload, (e) => {
    const type = token(e, 'type');
    return type ? { type, subtype: token(e, 'subtype') } : undefined;
  });
}

function parsePayloadType(e: Element): PayloadType | undefined {
  const id = intAttribute(e, 'id', 127);
  const name = token(e, 'name');
  const clockRate = intAttribute(e, 'clockrate', UINT32_MAX);
  if (id === undefined || !name || !clockRate) return undefined;
  const parameters = collect(
    children(e, 'parameter', NS.rtp),
    LIMITS.perPayload,
    (p): [string, string] | undefined => {
      const key = token(p, 'name');
      const value = sdpSafe(p, 'value');
      return key && value !== undefined ? [key, value] : undefined;
    },
  );
  return {
    id,
    name,
    clockRate,
    channels: intAttribute(e, 'channels', 8) ?? 1,
    parameters,
    feedback: parseFeedback(e),
  };
}

function parseHeaderExtension(e: Element): HeaderExtension | undefined {
  const id = intAttribute(e, 'id', 4_351);
  const uri = token(e, 'uri');
  return id !== undefined && uri ? { id, uri } : undefined;
}

function parseSource(e: Element): Source | undefined {
  const ssrc = intAttribute(e, 'ssrc', UINT32_MAX);
  if (ssrc === undefined) return undefined;
  const parameters = collect(
    children(e, 'parameter', NS.rtpSources),
    8,
    (p): [string, string] | undefined => {
      const key = token(p, 'name');
      const value = sdpSafe(p, 'value');
      return key && value ? [key, value] : undefined;
    },
  );
  return { ssrc, parameters };
}

function parseSourceGroup(e: Element): SourceGroup | undefined {
  const semantics = token(e, 'semantics');
  const ssrcs = collect(children(e, 'source', NS.rtpSources), 8, (s) =>
    intAttribute(s, 'ssrc', UINT32_MAX),
  );
  return semantics && ssrcs.length ? { semantics, ssrcs } : undefined;
}

function parseCandidate(e: Element): Candidate | undefined {
  const address = token(e, 'ip');
  const port = intAttribute(e, 'port', UINT16_MAX);
  const priority = intAttribute(e, 'priority', UINT32_MAX);
  if (!address || port === undefined || priority === undefined) return undefined;
  return {
    foundation: token(e, 'foundation') ?? '1',
    component: intAttribute(e, 'component', 256) ?? 1,
    protocol: token(e, 'protocol') ?? 'udp',
    priority,
    address,
    port,
    type: token(e, 'type') ?? 'host',
    relatedAddress: token(e, 'rel-addr'),
    relatedPort: intAttribute(e, 'rel-port', UINT16_MAX),
    tcpType: token(e, 'tcptype'),
    generation: intAttribute(e, 'generation', 255) ?? 0,
  };
}

function parseFingerprint(e: Element | undefined): Fingerprint | undefined {
  const hash = e && token(e, 'hash');
  const value = text(e).trim();
  if (!e || !hash || !/^[0-9A-Fa-f:]{8,200}$/.test(value)) return undefined;
  return { hash, value, setup: token(e, 'setup') ?? 'actpass' };
}

function parseTransport(e: Element | undefined): Transport {
  if (!e) return { candidates: [] };
  return {
    ufrag: token(e, 'ufrag'),
    pwd: token(e, 'pwd'),
    fingerprint: parseFingerprint(child(e, 'fingerprint', NS.dtls)),
    candidates: collect(children(e, 'candidate', NS.iceUdp), LIMITS.candidates, parseCandidate),
  };
}

function parseSimulcast(description: Element): string[] {
  const simulcast = child(description, 'simulcast', NS.parleySfu);
  return collect(simulcast ? children(simulcast, 'rid', NS.parleySfu) : [], LIMITS.rids, (e) => {
    const id = token(e, 'id');
    return id && /^[\w-]{1,255}$/.test(id) ? id : undefined;
  });
}

function parseContent(e: Element): Content | undefined {
  const name = token(e, 'name');
  const description = child(e, 'description', NS.rtp);
  const senders = attribute(e, 'senders') ?? 'both';
  if (!name || !SENDERS.includes(senders)) return undefined;
  const list = (tag: string, ns: string) => (description ? children(description, tag, ns) : []);
  return {
    name,
    creator: attribute(e, 'creator') === 'responder' ? 'responder' : 'initiator',
    senders: senders as Senders,
    media: description && attribute(description, 'media') === 'video' ? 'video' : 'audio',
    rtcpMux: list('rtcp-mux', NS.rtp).length > 0,
    ...(list('rtcp-reduced-size', NS.rtp).length > 0 && { rtcpReducedSize: true }),
    payloadTypes: collect(list('payload-type', NS.rtp), LIMITS.payloadTypes, parsePayloadType),
    feedback: description ? parseFeedback(description) : [],
    ...(list('extmap-allow-mixed', NS.rtpHeaderExtensions).length > 0 && {
      extmapAllowMixed: true,
    }),
    headerExtensions: collect(
      list('rtp-hdrext', NS.rtpHeaderExtensions),
      LIMITS.extensions,
      parseHeaderExtension,
    ),
    sources: collect(list('source', NS.rtpSources), LIMITS.sources, parseSource),
    sourceGroups: collect(list('ssrc-group', NS.rtpSources), LIMITS.sources, parseSourceGroup),
    rids: description ? parseSimulcast(description) : [],
    categories: collect(list('category', NS.rtpCategory), LIMITS.categories, (c) =>
      token(c, 'name'),
    ),
    transport: parseTransport(child(e, 'transport', NS.iceUdp)),
  };
}

export function parseContents(jingle: Element): Content[] {
  return collect(children(jingle, 'content', NS.jingle), LIMITS.contents, parseContent);
}

export function parseGroup(jingle: Element): string[] {
  const group = children(jingle, 'group', NS.grouping).find(
    (g) => attribute(g, 'semantics') === 'BUNDLE',
  );
  return group
    ? collect(children(group, 'content', NS.grouping), LIMITS.contents, (e) => token(e, 'name'))
    : [];
}

export function buildGroup(bundle: string[]): Element | undefined {
  if (bundle.length === 0) return undefined;
  const members = bundle.map((name) => el('content', { name }));
  return el('group', { xmlns: NS.grouping, semantics: 'BUNDLE' }, ...members);
}

const buildFeedback = (f: Feedback) =>
  el('rtcp-fb', { xmlns: NS.rtpFeedback, type: f.type, subtype: f.subtype });

function buildPayloadType(p: PayloadType): Element {
  return el(
    'payload-type',
    {
      id: p.id,
      name: p.name,
      clockrate: p.clockRate,
      channels: p.channels > 1 ? p.channels : undefined,
    },
    ...p.parameters.map(([name, value]) => el('parameter', { name, value })),
    ...p.feedback.map(buildFeedback),
  );
}

function buildDescription(c: Content): Element {
  return el(
    'description',
    { xmlns: NS.rtp, media: c.media },
    ...c.categories.map((name) => el('category', { xmlns: NS.rtpCategory, name })),
    ...c.payloadTypes.map(buildPayloadType),
    ...c.feedback.map(buildFeedback),
    c.rtcpMux ? el('rtcp-mux') : undefined,
    c.rtcpReducedSize ? el('rtcp-reduced-size') : undefined,
    ...c.headerExtensions.map((h) =>
      el('rtp-hdrext', { xmlns: NS.rtpHeaderExtensions, id: h.id, uri: h.uri }),
    ),
    c.extmapAllowMixed ? el('extmap-allow-mixed', { xmlns: NS.rtpHeaderExtensions }) : undefined,
    ...c.sources.map((s) =>
      el(
        'source',
        { xmlns: NS.rtpSources, ssrc: s.ssrc },
        ...s.parameters.map(([name, value]) => el('parameter', { name, value })),
      ),
    ),
    ...c.sourceGroups.map((g) =>
      el(
        'ssrc-group',
        { xmlns: NS.rtpSources, semantics: g.semantics },
        ...g.ssrcs.map((ssrc) => el('source', { ssrc })),
      ),
    ),
    c.rids.length
      ? el('simulcast', { xmlns: NS.parleySfu }, ...c.rids.map((id) => el('rid', { id })))
      : undefined,
  );
}

function buildCandidate(c: Candidate, index: number): Element {
  return el('candidate', {
    id: `${c.foundation}-${c.component}-${c.port}-${index}`,
    foundation: c.foundation,
    component: c.component,
    protocol: c.protocol,
    priority: c.priority,
    ip: c.address,
    port: c.port,
    type: c.type,
    'rel-addr': c.relatedAddress,
    'rel-port': c.relatedPort,
    tcptype: c.tcpType,
    generation: c.generation,
    network: 0,
  });
}

function buildTransport(t: Transport): Element {
  const print = t.fingerprint;
  return el(
    'transport',
    { xmlns: NS.iceUdp, ufrag: t.ufrag, pwd: t.pwd },
    print &&
      el('fingerprint', { xmlns: NS.dtls, hash: print.hash, setup: print.setup }, print.value),
    ...t.candidates.map(buildCandidate),
  );
}

/** How much of its contents a Jingle action tells (XEP-0166 section 7.2). */
export type ContentDetail = 'all' | 'transport' | 'senders' | 'name';

export function buildContent(c: Content, detail: ContentDetail): Element {
  const { creator, name, senders } = c;
  const told = detail === 'senders' || (detail === 'all' && senders !== 'both');
  return el(
    'content',
    { creator, name, senders: told ? senders : undefined },
    detail === 'all' ? buildDescription(c) : undefined,
    detail === 'all' || detail === 'transport' ? buildTransport(c.transport) : undefined,
  );
}
