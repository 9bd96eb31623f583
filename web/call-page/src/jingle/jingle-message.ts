import { NS } from '../xmpp/namespaces';
import { attribute, child, children, el, text } from '../xmpp/xml';
import type { SessionDescription } from './description';
import { buildContent, buildGroup, parseContents, parseGroup } from './jingle-xml';

export interface Reason {
  condition: string;
  text: string;
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
}

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
    ...description.contents.map((c) => buildContent(c, action === 'transport-info')),
    message.reason && buildReason(message.reason),
    message.mujiRoom ? el('muji', { xmlns: NS.muji, room: message.mujiRoom }) : undefined,
  );
}
