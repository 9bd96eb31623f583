/** JIDs as the server prints them (already prepared); these functions only take them apart. */

export function bareJid(jid: string): string {
  const slash = jid.indexOf('/');
  return slash < 0 ? jid : jid.slice(0, slash);
}

export function resourceOf(jid: string): string {
  const slash = jid.indexOf('/');
  return slash < 0 ? '' : jid.slice(slash + 1);
}

export function domainOf(jid: string): string {
  const bare = bareJid(jid);
  return bare.slice(bare.indexOf('@') + 1);
}

export function localOf(jid: string): string {
  const bare = bareJid(jid);
  const at = bare.indexOf('@');
  return at < 0 ? '' : bare.slice(0, at);
}

/** `alice` becomes `alice@domain`; undefined if the text cannot be a user's or a room's address. */
export function completeJid(typed: string, domain: string): string | undefined {
  const trimmed = typed.trim().toLowerCase();
  const jid = trimmed.includes('@') ? trimmed : `${trimmed}@${domain}`;
  return /^[^\s@/"&'<>:]{1,256}@[^\s@/]{1,256}$/.test(jid) ? jid : undefined;
}
