import type { Media } from '../jingle/description';
import type { CallInfo, CallMessage, Mode, ParticipantInfo } from './call-message';

/**
 * What a room's call messages add up to. Pure: a message and the calls so far give the calls from
 * now on.
 */

export interface Call {
  id: string;
  mode: Mode;
  state: 'ringing' | 'active';
  service?: string | undefined;
  /** Full JID of the proposer. */
  initiator: string;
  media: Media[];
  /** Milliseconds of the Unix epoch. */
  since: number;
  participants: ParticipantInfo[];
  /** Nicks that rejected. */
  rejected: string[];
  /** The room stamps positions, so it also ends calls; otherwise the last one to leave does. */
  stamped: boolean;
}

export interface Speaker {
  /** Full real JID, or the occupant JID where the room hides it. */
  jid: string;
  nick: string;
  /** The room itself spoke, not an occupant. */
  isRoom: boolean;
}

export type Calls = readonly Call[];

const replace = (calls: Calls, call: Call): Calls =>
  calls.map((c) => (c.id === call.id ? call : c));
const without = (calls: Calls, id: string): Calls => calls.filter((c) => c.id !== id);

/** A guest has no occupant JID: the room speaks for it. */
function spokenFor(message: CallMessage, from: Speaker): Speaker {
  if (!from.isRoom || message.guestNick === undefined || !message.jid) return from;
  return { jid: message.jid, nick: message.guestNick, isRoom: false };
}

export function applyCallMessage(
  calls: Calls,
  message: CallMessage,
  speaker: Speaker,
  nowMs: number,
): Calls {
  const from = spokenFor(message, speaker);
  const call = calls.find((c) => c.id === message.id);
  if (message.verb === 'propose') return call ? calls : propose(calls, message, from, nowMs);
  if (!call) return calls;
  switch (message.verb) {
    case 'accept':
      return replace(calls, accept(call, message, from));
    case 'reject':
      return replace(calls, { ...call, rejected: [...call.rejected, from.nick] });
    case 'retract':
      return from.jid === call.initiator || from.isRoom ? without(calls, call.id) : calls;
    case 'ended':
      return from.isRoom ? without(calls, call.id) : leave(calls, call, from.jid);
  }
}

function propose(calls: Calls, message: CallMessage, from: Speaker, nowMs: number): Calls {
  // An unstamped proposal out of the room's history says nothing about whether its call still runs.
  if (message.delayed && message.position === undefined) return calls;
  return [
    ...calls,
    {
      id: message.id,
      mode: message.mode,
      state: 'ringing',
      service: message.service,
      initiator: from.jid,
      media: message.media.length ? message.media : ['audio'],
      since: nowMs,
      participants: [{ jid: from.jid, nick: from.nick, position: message.position ?? 1 }],
      rejected: [],
      stamped: message.position !== undefined,
    },
  ];
}

function accept(call: Call, message: CallMessage, from: Speaker): Call {
  if (call.participants.some((p) => p.jid === from.jid)) return { ...call, state: 'active' };
  const last = Math.max(1, ...call.participants.map((p) => p.position));
  const participant = { jid: from.jid, nick: from.nick, position: message.position ?? last + 1 };
  return {
    ...call,
    state: 'active',
    participants: [...call.participants, participant],
    rejected: call.rejected.filter((nick) => nick !== from.nick),
  };
}

function leave(calls: Calls, call: Call, jid: string): Calls {
  const participants = call.participants.filter((p) => p.jid !== jid);
  if (participants.length === 0 && !call.stamped) return without(calls, call.id);
  return replace(calls, { ...call, participants });
}

/** Somebody left the room, and with it every call there. */
export function applyDeparture(calls: Calls, jid: string): Calls {
  return calls
    .filter((c) => c.participants.some((p) => p.jid === jid))
    .reduce((all, call) => leave(all, call, jid), calls);
}

/** The room's own list of calls replaces what was gathered from messages. */
export function applyCallList(calls: Calls, list: CallInfo[]): Calls {
  return list.map((info) => {
    const known = calls.find((c) => c.id === info.id);
    return {
      ...info,
      media: known?.media ?? (info.media.length ? info.media : (['audio'] as Media[])),
      initiator: info.initiator ?? known?.initiator ?? info.participants[0]?.jid ?? '',
      rejected: known?.rejected ?? [],
      stamped: true,
    };
  });
}

/** Mesh rule: of two participants the one with the lower position initiates the session. */
export function initiatesTo(call: Call, ownJid: string): ParticipantInfo[] {
  const own = call.participants.find((p) => p.jid === ownJid);
  return own ? call.participants.filter((p) => p.position > own.position) : [];
}
