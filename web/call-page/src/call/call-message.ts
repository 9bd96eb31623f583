import type { Media } from '../jingle/description';
import { parseReason, type Reason } from '../jingle/jingle-message';
import { NS } from '../xmpp/namespaces';
import { attribute, child, children, el, intAttribute } from '../xmpp/xml';

/** Call messages of a room (JMUCI): the wire form and its values. */

export type Mode = 'mesh' | 'sfu';
export type CallVerb = 'propose' | 'accept' | 'reject' | 'retract' | 'ended';

export interface CallMessage {
  verb: CallVerb;
  id: string;
  mode: Mode;
  /** Media of a propose; empty in other messages. */
  media: Media[];
  /** The SFU's JID in a propose for an SFU call. */
  service?: string | undefined;
  /** Order of acceptance as the room stamped it; undefined where the room does not stamp. */
  position?: number | undefined;
  /** Full JID of the participant that the message is about, as the room stamped it. */
  jid?: string | undefined;
  /** The name of a guest, for whom the room speaks; undefined for others. */
  guestNick?: string | undefined;
  reason?: Reason | undefined;
  /** The room replays it to a newcomer; it was said earlier. */
  delayed: boolean;
}

export interface ParticipantInfo {
  jid: string;
  nick: string;
  position: number;
}

/** One `<call/>` of the room's `<calls/>` list. `since` in milliseconds of the Unix epoch. */
export interface CallInfo {
  id: string;
  mode: Mode;
  state: 'ringing' | 'active';
  service?: string | undefined;
  initiator?: string | undefined;
  since: number;
  media: Media[];
  participants: ParticipantInfo[];
}

const VERBS: readonly string[] = ['propose', 'accept', 'reject', 'retract', 'ended'];
const PARTICIPANTS_MAX = 1_000;
const POSITION_MAX = 1_000_000_000;

const namespaceOf = (mode: Mode) => (mode === 'sfu' ? NS.callsSfu : NS.calls);

/** The call message in a groupchat message, if there is one. */
export function parseCallMessage(message: Element): CallMessage | undefined {
  const element = children(message).find(
    (e) =>
      (e.namespaceURI === NS.calls || e.namespaceURI === NS.callsSfu) &&
      VERBS.includes(e.localName),
  );
  const id = element && attribute(element, 'id');
  if (!element || !id) return undefined;
  const reason = child(element, 'reason', NS.jingle);
  return {
    verb: element.localName as CallVerb,
    id,
    mode: element.namespaceURI === NS.callsSfu ? 'sfu' : 'mesh',
    media: mediaOf(
      children(element, 'description', NS.rtp).map((d) => attribute(d, 'media') ?? ''),
    ),
    service: attribute(element, 'service'),
    position: intAttribute(element, 'position', POSITION_MAX),
    jid: attribute(element, 'jid'),
    guestNick: attribute(element, 'guest') === 'true' ? attribute(element, 'nick') : undefined,
    reason: reason && parseReason(reason),
    delayed: child(message, 'delay', NS.delay) !== undefined,
  };
}

function mediaOf(names: string[]): Media[] {
  return (['audio', 'video'] as const).filter((m) => names.includes(m));
}

export function buildPropose(mode: Mode, id: string, media: Media[], service?: string): Element {
  return el(
    'propose',
    { xmlns: namespaceOf(mode), id, service },
    ...media.map((m) => el('description', { xmlns: NS.rtp, media: m })),
  );
}

export function buildCallMessage(
  verb: Exclude<CallVerb, 'propose'>,
  mode: Mode,
  id: string,
): Element {
  return el(verb, { xmlns: namespaceOf(mode), id });
}

/** Reads `<calls/>`, from the room's message to a newcomer or from its answer to an IQ. */
export function parseCalls(calls: Element): CallInfo[] {
  return children(calls, 'call', NS.calls)
    .map(parseCall)
    .filter((c): c is CallInfo => c !== undefined);
}

function parseCall(call: Element): CallInfo | undefined {
  const id = attribute(call, 'id');
  // Other clients hold a muji call among themselves: this page cannot join it.
  if (!id || attribute(call, 'mode') === 'muji') return undefined;
  const listed = children(call, 'participant', NS.calls).slice(0, PARTICIPANTS_MAX);
  const media = new Set(listed.flatMap((p) => (attribute(p, 'media') ?? '').split(' ')));
  const since = Date.parse(attribute(call, 'since') ?? '');
  return {
    id,
    media: mediaOf([...media]),
    mode: attribute(call, 'mode') === 'sfu' ? 'sfu' : 'mesh',
    state: attribute(call, 'state') === 'ringing' ? 'ringing' : 'active',
    service: attribute(call, 'service'),
    initiator: attribute(call, 'initiator'),
    since: Number.isNaN(since) ? Date.now() : since,
    participants: listed.map((p, index) => ({
      jid: attribute(p, 'jid') ?? '',
      nick: attribute(p, 'nick') ?? '',
      position: intAttribute(p, 'position', POSITION_MAX) ?? index + 1,
    })),
  };
}
