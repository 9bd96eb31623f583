import { NS } from '../xmpp/namespaces';
import { bareJid, resourceOf } from '../xmpp/jid';
import { attribute, child, children, text } from '../xmpp/xml';

/** What a room's presence says about its occupants (XEP-0045 section 7). Pure. */

export interface Occupant {
  nick: string;
  /** Full real JID; undefined in a semi-anonymous room. */
  jid?: string | undefined;
  role: string;
  affiliation: string;
}

export type Occupants = ReadonlyMap<string, Occupant>;

export interface PresenceChange {
  occupants: Occupants;
  /** Who left, with the last known data. */
  left?: Occupant | undefined;
  /** The presence is about this client itself (status 110). */
  self: boolean;
  /** Why this or the other occupant left, as a status code's meaning or a text. */
  cause?:
    'kicked' | 'banned' | 'not-member' | 'members-only' | 'shutdown' | 'destroyed' | undefined;
  reason: string;
}

const CAUSES: Record<string, NonNullable<PresenceChange['cause']>> = {
  301: 'banned',
  307: 'kicked',
  321: 'not-member',
  322: 'members-only',
  332: 'shutdown',
  333: 'shutdown',
};

/**
 * Applies one presence from the room's occupants; stanzas of other types or origins are not for
 * here.
 */
export function applyPresence(occupants: Occupants, presence: Element): PresenceChange {
  const nick = resourceOf(attribute(presence, 'from') ?? '');
  const x = child(presence, 'x', NS.mucUser);
  const item = x && child(x, 'item', NS.mucUser);
  const codes = (x ? children(x, 'status', NS.mucUser) : []).map((s) => attribute(s, 'code') ?? '');
  const self = codes.includes('110');
  const next = new Map(occupants);
  if (attribute(presence, 'type') !== 'unavailable') {
    next.set(nick, {
      nick,
      jid: item && attribute(item, 'jid'),
      role: (item && attribute(item, 'role')) ?? 'none',
      affiliation: (item && attribute(item, 'affiliation')) ?? 'none',
    });
    return { occupants: next, self, reason: '' };
  }
  const left = occupants.get(nick);
  next.delete(nick);
  const renamed = codes.includes('303') ? item && attribute(item, 'nick') : undefined;
  if (renamed && left) {
    next.set(renamed, { ...left, nick: renamed });
    return { occupants: next, self: false, reason: '' };
  }
  const destroyed = x && child(x, 'destroy', NS.mucUser);
  const code = codes.find((c) => c in CAUSES);
  return {
    occupants: next,
    left,
    self,
    cause: destroyed ? 'destroyed' : code ? CAUSES[code] : undefined,
    reason: text((destroyed ?? item) && child((destroyed ?? item)!, 'reason')),
  };
}

/**
 * Who speaks in a groupchat message: the room, or an occupant with the real JID where it is known.
 */
export function speakerOf(occupants: Occupants, from: string) {
  const nick = resourceOf(from);
  const occupant = occupants.get(nick);
  return { jid: occupant?.jid ?? from, nick, isRoom: from === bareJid(from) };
}
