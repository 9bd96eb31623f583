import { NS } from './namespaces';
import { attribute, child, children, el, text } from './xml';

/**
 * A stanza of type `error`, RFC 6120 section 8.3, with the call protocol's application condition.
 */
export class StanzaError extends Error {
  constructor(
    readonly condition: string,
    readonly application: string | undefined,
    readonly text: string,
    readonly activeCallId: string | undefined,
  ) {
    super(`${condition}${application ? ` (${application})` : ''}${text ? `: ${text}` : ''}`);
  }
}

export function parseStanzaError(stanza: Element): StanzaError {
  const error = child(stanza, 'error');
  if (!error) return new StanzaError('undefined-condition', undefined, '', undefined);
  const defined = children(error, undefined, NS.stanzaErrors).find((e) => e.localName !== 'text');
  const application = children(error).find((e) => e.namespaceURI !== NS.stanzaErrors);
  return new StanzaError(
    defined?.localName ?? 'undefined-condition',
    application?.localName,
    text(child(error, 'text', NS.stanzaErrors)),
    application?.localName === 'active-call' ? attribute(application, 'id') : undefined,
  );
}

/** An `<error/>` to answer a request with. */
export function stanzaError(type: string, condition: string, ...application: Element[]): Element {
  return el('error', { type }, el(condition, { xmlns: NS.stanzaErrors }), ...application);
}

/** No answer came in time. */
export class TimeoutError extends Error {}

/** The connection was not there, or went away before the answer came. */
export class ConnectionLostError extends Error {}

/** Why a login failed: the account was refused, or the server was not reached. */
export class LoginError extends Error {
  constructor(
    readonly kind: 'refused' | 'unreachable' | 'insecure',
    message: string,
  ) {
    super(message);
  }
}
