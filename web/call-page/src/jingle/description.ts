/**
 * A media session as Jingle and SDP both describe it; the common ground of `sdp.ts` and
 * `jingle-xml.ts`.
 */

export type Media = 'audio' | 'video';
/** Which party of the Jingle session a description or a role belongs to (XEP-0166). */
export type Role = 'initiator' | 'responder';
/** Who sends in a content (XEP-0166 section 7.3). */
export type Senders = Role | 'both' | 'none';

export interface Feedback {
  type: string;
  subtype?: string | undefined;
}

export interface PayloadType {
  id: number;
  name: string;
  clockRate: number;
  channels: number;
  /** Format parameters (`a=fmtp`), name and value. */
  parameters: [string, string][];
  feedback: Feedback[];
}

export interface HeaderExtension {
  id: number;
  uri: string;
}

/** XEP-0339: an SSRC with its attributes (`cname`, `msid`). */
export interface Source {
  ssrc: number;
  parameters: [string, string][];
}

export interface SourceGroup {
  semantics: string;
  ssrcs: number[];
}

/** XEP-0176 candidate. Priority and port as on the wire; generation 0 unless ICE restarted. */
export interface Candidate {
  foundation: string;
  component: number;
  protocol: string;
  priority: number;
  address: string;
  port: number;
  type: string;
  relatedAddress?: string | undefined;
  relatedPort?: number | undefined;
  tcpType?: string | undefined;
  generation: number;
}

export interface Fingerprint {
  hash: string;
  value: string;
  setup: string;
}

export interface Transport {
  ufrag?: string | undefined;
  pwd?: string | undefined;
  fingerprint?: Fingerprint | undefined;
  candidates: Candidate[];
}

export interface Content {
  name: string;
  /** Who added it to the session. */
  creator: Role;
  media: Media;
  senders: Senders;
  rtcpMux: boolean;
  /** RFC 5506. */
  rtcpReducedSize?: boolean | undefined;
  payloadTypes: PayloadType[];
  feedback: Feedback[];
  headerExtensions: HeaderExtension[];
  /** RFC 8285 section 6: headers of one and of two bytes. */
  extmapAllowMixed?: boolean | undefined;
  sources: Source[];
  sourceGroups: SourceGroup[];
  /** RFC 8853: names of the simulcast encodings, smallest picture first; empty for none. */
  rids: string[];
  /** XEP-0507: what the medium shows, such as `slides`; SDP for the browser does not tell it. */
  categories: string[];
  transport: Transport;
}

export interface SessionDescription {
  contents: Content[];
  /** Names of the contents that share one transport (BUNDLE), in order; empty for none. */
  bundle: string[];
}
