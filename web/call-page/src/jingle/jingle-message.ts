import { NS } from '../xmpp/namespaces';
import { attribute, child, children, el, text } from '../xmpp/xml';
import type { Role, SessionDescription } from './description';
import {
  buildContent,
  buildGroup,
  type ContentDetail,
  parseContents,
  parseGroup,
} from './jingle-xml';

export interface Reason {
  condition: string;
  text: string;
}

/** XEP-0167 section 8: whether a content is muted; its medium is not sent, for now. */
export interface MuteInfo {
  muted: boolean;
  creator: Role;
  /** Of the content; absent where all are meant. */
  name: string | undefined;
}

/** What the others want of a video content of this client's. */
export interface DemandInfo {
  /** Of the content. */
  name: string;
  /** The largest height that anybody wants: 0 where nobody wants it, absent for any. */
  maxHeight: number | undefined;
}

/**
 * One `<jingle/>` element (XEP-0166 section 7) with what XEP-0521 and the call protocol put into
 * it.
 */
export interface JingleMessage {
  action: string;
  sid: string;
  initiator?: string | undefined;
  responder?: string | undefined;
  description: SessionDescription;
  reason?: Reason | undefined;
  /** The room that the session belongs to (`<muji room/>`), sent to the SFU. */
  mujiRoom?: string | undefined;
  /** Full JIDs whose media the session carries (`<conference-info/>`), sent by the SFU. */
  conferenceUsers: string[];
  /** This one session is for the media of everybody (`<single-session/>`): asked, or granted. */
  singleSession?: boolean | undefined;
  mute?: MuteInfo | undefined;
  /** Full JID of who speaks most now (`<speaker/>`), sent by the SFU. */
  speaker?: string | undefined;
  /** (`<demand/>`), sent by the SFU. */
  demand?: DemandInfo | undefined;
}

const DETAIL: Record<string, ContentDetail> = {
  'transport-info': 'transport',
  'content-modify': 'senders',
  'content-remove': 'name',
  'content-reject': 'name',
};

const NO_CONTENTS: SessionDescription = { contents: [], bundle: [] };

export function jingleMessage(
  action: string,
  sid: string,
  rest: Partial<JingleMessage> = {},
): JingleMessage {
  return { action, sid, description: NO_CONTENTS, conferenceUsers: [], ...rest };
}

export function parseJingle(element: Element): JingleMessage | undefined {
  const action = attribute(element, 'action');
  const sid = attribute(element, 'sid');
  if (!action || !sid) return undefined;
  const description = { contents: parseContents(element), bundle: parseGroup(element) };
  const reason = child(element, 'reason', NS.jingle);
  const muji = child(element, 'muji', NS.muji);
  const info = child(element, 'conference-info', NS.coin);
  const users = info && child(info, 'users', NS.coin);
  const speaker = child(element, 'speaker', NS.parleySfu);
  return {
    action,
    sid,
    description,
    initiator: attribute(element, 'initiator'),
    responder: attribute(element, 'responder'),
    reason: reason && parseReason(reason),
    mujiRoom: muji && attribute(muji, 'room'),
    conferenceUsers: (users ? children(users, 'user', NS.coin) : [])
      .map((u) => (attribute(u, 'entity') ?? '').replace(/^xmpp:/, ''))
      .filter(Boolean),
    singleSession: child(element, 'single-session', NS.parleySfu) !== undefined,
    speaker: speaker && attribute(speaker, 'jid'),
    mute: parseMute(element),
    demand: parseDemand(element),
  };
}

export function parseReason(reason: Element): Reason {
  const condition = children(reason, undefined, NS.jingle).find((e) => e.localName !== 'text');
  return {
    condition: condition?.localName ?? 'general-error',
    text: text(child(reason, 'text', NS.jingle)),
  };
}

export function buildReason(reason: Reason): Element {
  return el(
    'reason',
    {},
    el(reason.condition),
    reason.text ? el('text', {}, reason.text) : undefined,
  );
}

export function buildJingle(message: JingleMessage): Element {
  const { action, sid, initiator, responder, description } = message;
  return el(
    'jingle',
    { xmlns: NS.jingle, action, sid, initiator, responder },
    buildGroup(description.bundle),
    ...description.contents.map((c) => buildContent(c, DETAIL[action] ?? 'all')),
    message.reason && buildReason(message.reason),
    message.mujiRoom ? el('muji', { xmlns: NS.muji, room: message.mujiRoom }) : undefined,
    message.singleSession ? el('single-session', { xmlns: NS.parleySfu }) : undefined,
    message.mute && buildMute(message.mute),
  );
}

function parseMute(jingle: Element): MuteInfo | undefined {
  const muted = child(jingle, 'mute', NS.rtpInfo);
  const info = muted ?? child(jingle, 'unmute', NS.rtpInfo);
  if (!info) return undefined;
  const creator = attribute(info, 'creator') === 'responder' ? 'responder' : 'initiator';
  return { muted: muted !== undefined, creator, name: attribute(info, 'name') };
}

function parseDemand(jingle: Element): DemandInfo | undefined {
  const demand = child(jingle, 'demand', NS.parleySfu);
  const name = demand && attribute(demand, 'name');
  if (!name) return undefined;
  const height = attribute(demand, 'max-height');
  if (height === undefined) return { name, maxHeight: undefined };
  return /^\d{1,5}$/.test(height) ? { name, maxHeight: Number(height) } : undefined;
}

function buildMute({ muted, creator, name }: MuteInfo): Element {
  return el(muted ? 'mute' : 'unmute', { xmlns: NS.rtpInfo, creator, name });
}
