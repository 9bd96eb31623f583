import type { DeviceProblem, DeviceProblems } from './media/local-media';
import { NoAnswer } from './jingle/negotiation-queue';
import { SessionRefused } from './jingle/session';
import type { PresenceChange } from './muc/occupants';
import { ConnectionLostError, LoginError, StanzaError, TimeoutError } from './xmpp/errors';

/** Everything that can go wrong, in words for the person in front of the page. */

const CALL_CONDITIONS: Record<string, string> = {
  'room-not-private':
    'Calls are only possible in private rooms. This room is open to anyone or hides who its ' +
    'members are. Its owner can make it members-only and show real addresses to everyone.',
  'active-call': 'There is already a call in this room. You can join that one.',
  'unknown-call': 'This call does not exist any more.',
  'call-ended': 'This call has already ended.',
  'already-participant': 'You are already in this call.',
  'call-full': 'This call is full. Try again when somebody has left.',
  'not-participant': 'You are not in this call any more.',
  'not-initiator':
    'Only the person who started the call can cancel it, and only while nobody has accepted.',
  'no-session': 'The server did not get your microphone and camera in time. Please try again.',
  'no-conference': 'The server has closed the conference. Please start the call again.',
  'rate-limited': 'That was too often. Please wait a minute before you try again.',
  'calls-disabled': 'The owners of this room have switched calls off.',
  'not-a-moderator': 'Only moderators can take part in the calls of this room.',
  'mode-not-allowed': 'The owners of this room allow only the other kind of call.',
  draining: 'The server is about to be restarted and starts no new calls. Please try again later.',
  'malformed-call-message':
    'The server did not understand this page. Reload it, and tell your administrator if that does not help.',
};

const STANZA_CONDITIONS: Record<string, string> = {
  forbidden: 'You may not do this in this room. Only members with the right to speak can call.',
  'not-allowed': 'The server does not allow this here.',
  conflict: 'There is already a call in this room. You can join that one.',
  'resource-constraint': 'The server has reached a limit. Please wait a moment and try again.',
  'item-not-found':
    'The server does not know what this page asked for. It may have ended in the meantime.',
  'service-unavailable': 'The server does not offer this.',
  'remote-server-not-found': 'The server for this address was not found.',
  'remote-server-timeout': 'The server for this address does not answer.',
  'unexpected-request': 'The server did not expect this now. Please try again.',
  'not-acceptable': 'The server does not accept this.',
};

const JOIN_CONDITIONS: Record<string, string> = {
  'registration-required':
    'This room is for members only, and you are not one of them. Ask its owner to add you.',
  forbidden: 'You are banned from this room.',
  'not-authorized': 'This room needs a password, which this page cannot ask for.',
  'service-unavailable': 'The room is full.',
  conflict: 'Somebody in the room already has your name.',
  'item-not-found': 'This room does not exist or is not open yet.',
  'not-allowed': 'The server does not let you create this room.',
  'remote-server-not-found': 'There is no room service at this address.',
  'jid-malformed': 'This is not the address of a room.',
};

const JINGLE_REASONS: Record<string, string> = {
  'connectivity-error': 'No way was found to send media. A firewall may be blocking it.',
  'security-error': 'The encryption could not be set up.',
  'failed-transport': 'No way was found to send media.',
  'failed-application': 'The media could not be set up.',
  'unsupported-applications': 'The other side supports none of your browser\u2019s codecs.',
  timeout: 'The media server did not answer in time.',
  gone: 'The other side went away.',
};

const ENDED: Record<string, string> = {
  timeout: 'Nobody answered the call.',
  success: 'The call has ended.',
  'security-error': 'The call was ended: the room is not private any more.',
  gone: 'The call was ended: the room or its call service was closed.',
  expired: 'The call was ended: it reached the longest time allowed.',
  cancel: 'The caller went away.',
  decline: 'The call was ended: the owners of this room allow no calls any more.',
  'connectivity-error': 'The call was ended: the connection was lost.',
};

const LEFT_ROOM: Record<NonNullable<PresenceChange['cause']>, string> = {
  kicked: 'You were removed from the room.',
  banned: 'You were banned from the room.',
  'not-member': 'You are not a member of the room any more.',
  'members-only': 'The room is for members only now, and you are not one of them.',
  shutdown:
    'The room service is shutting down or lost you. You can enter the room again when it is back.',
  destroyed: 'The room was destroyed.',
};

const DEVICE: Record<DeviceProblem, string> = {
  refused: 'is blocked in your browser. Allow it for this page in the address bar',
  missing: 'was not found',
  busy: 'is in use by another program',
  insecure: 'can only be used on a page that was opened over HTTPS',
  failed: 'could not be opened',
};

const quoted = (text: string) => (text ? ` (${text})` : '');

export function callProblem(error: unknown): string {
  if (error instanceof StanzaError) {
    const known = error.application !== undefined ? CALL_CONDITIONS[error.application] : undefined;
    return (
      known ?? `${STANZA_CONDITIONS[error.condition] ?? 'The server refused.'}${quoted(error.text)}`
    );
  }
  if (error instanceof SessionRefused)
    return JINGLE_REASONS[error.reason.condition] ?? 'The media server refused the call.';
  if (error instanceof TimeoutError || error instanceof NoAnswer)
    return 'The server did not answer in time. Please try again.';
  if (error instanceof ConnectionLostError)
    return 'The connection was lost. Please try again when it is back.';
  return `Something went wrong: ${error instanceof Error ? error.message : String(error)}`;
}

export function joinProblem(error: unknown): string {
  if (!(error instanceof StanzaError)) return callProblem(error);
  return `${JOIN_CONDITIONS[error.condition] ?? 'The room cannot be entered.'}${quoted(error.text)}`;
}

export function loginProblem(error: unknown): string {
  if (!(error instanceof LoginError)) return callProblem(error);
  switch (error.kind) {
    case 'refused':
      return 'The address or the password is wrong.';
    case 'insecure':
      return 'Logging in is only possible over HTTPS. Open this page with https:// in front.';
    case 'unreachable':
      return 'The server cannot be reached. Check your connection and the domain of your address.';
  }
}

export function sessionLost(reason: string): string {
  return reason === 'conflict'
    ? 'You logged in somewhere else with the same session.'
    : 'The server closed your session. Please log in again.';
}

export function brokenMedia(condition: string): string {
  return `Your media does not reach the call any more. ${JINGLE_REASONS[condition] ?? ''}`.trim();
}

export function callEnded(condition: string | undefined): string {
  return ENDED[condition ?? 'success'] ?? 'The call was ended by the server.';
}

export function putOut(condition: string | undefined): string {
  return condition === 'success' || condition === undefined
    ? 'You left the call.'
    : 'The server took you out of the call. You can join again.';
}

export function leftRoom(change: PresenceChange): string | undefined {
  return change.cause && `${LEFT_ROOM[change.cause]}${quoted(change.reason)}`;
}

export function deviceProblem(kind: 'audio' | 'video', problem: DeviceProblem): string {
  return `Your ${kind === 'audio' ? 'microphone' : 'camera'} ${DEVICE[problem]}.`;
}

export function deviceProblems(problems: DeviceProblems): string[] {
  return (['audio', 'video'] as const).flatMap((kind) =>
    problems[kind] ? [deviceProblem(kind, problems[kind])] : [],
  );
}

export function people(names: string[]): string {
  if (names.length <= 1) return names[0] ?? 'nobody';
  if (names.length > 4) return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
