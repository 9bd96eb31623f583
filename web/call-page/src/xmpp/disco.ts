import type { Mode } from '../call/call-message';
import type { Connection } from './connection';
import { NS } from './namespaces';
import { attribute, child, children, el, text } from './xml';

/** Service discovery (XEP-0030) as the call page needs it. */

export interface Info {
  identities: { category: string; type: string; name: string }[];
  features: Set<string>;
  /** Fields of the data forms by FORM_TYPE (XEP-0128). */
  forms: Map<string, Map<string, string[]>>;
}

export interface RoomListing {
  jid: string;
  name: string;
  /** Members-only and non-anonymous, as calls require. */
  isPrivate: boolean;
  hasCall: boolean;
}

export interface RoomFacts extends RoomListing {
  isOpen: boolean;
  isSemiAnonymous: boolean;
  /** The room's own call service checks and stamps call messages. */
  stampsCalls: boolean;
  sfuService?: string | undefined;
  /** How a new call may be carried; empty: none is possible. */
  modes: Mode[];
}

const LISTED_ROOMS_MAX = 60;
/** A call does not wait longer for them; most are up without. */
const ICE_SERVERS_WAIT_MS = 3_000;

export function parseInfo(result: Element): Info {
  const query = child(result, 'query', NS.discoInfo);
  const list = (name: string, ns: string) => (query ? children(query, name, ns) : []);
  const forms: Info['forms'] = new Map();
  for (const form of list('x', NS.dataForm)) {
    const fields = new Map(
      children(form, 'field', NS.dataForm).map((field) => [
        attribute(field, 'var') ?? '',
        children(field, 'value', NS.dataForm).map((v) => text(v)),
      ]),
    );
    forms.set(fields.get('FORM_TYPE')?.[0] ?? '', fields);
  }
  return {
    identities: list('identity', NS.discoInfo).map((i) => ({
      category: attribute(i, 'category') ?? '',
      type: attribute(i, 'type') ?? '',
      name: attribute(i, 'name') ?? '',
    })),
    features: new Set(list('feature', NS.discoInfo).map((f) => attribute(f, 'var') ?? '')),
    forms,
  };
}

export function roomFacts(jid: string, info: Info): RoomFacts {
  const has = (feature: string) => info.features.has(feature);
  const form = info.forms.get(NS.roomForm);
  const isOpen = !has('muc_membersonly');
  const isSemiAnonymous = !has('muc_nonanonymous');
  return {
    jid,
    name: info.identities.find((i) => i.category === 'conference')?.name || jid.split('@')[0]!,
    isOpen,
    isSemiAnonymous,
    isPrivate: !isOpen && !isSemiAnonymous,
    stampsCalls: has(NS.calls),
    hasCall: (form?.get('active_call')?.length ?? 0) > 0,
    sfuService: form?.get('sfu_service')?.[0],
    modes: (['sfu', 'mesh'] as const).filter((mode) => form?.get('modes')?.includes(mode) ?? true),
  };
}

async function discoInfo(connection: Connection, jid: string): Promise<Info> {
  return parseInfo(await connection.request('get', jid, el('query', { xmlns: NS.discoInfo })));
}

async function discoItems(
  connection: Connection,
  jid: string,
): Promise<{ jid: string; name: string }[]> {
  const result = await connection.request('get', jid, el('query', { xmlns: NS.discoItems }));
  const query = child(result, 'query', NS.discoItems);
  return (query ? children(query, 'item', NS.discoItems) : [])
    .map((i) => ({ jid: attribute(i, 'jid') ?? '', name: attribute(i, 'name') ?? '' }))
    .filter((i) => i.jid);
}

export async function fetchRoomFacts(connection: Connection, jid: string): Promise<RoomFacts> {
  return roomFacts(jid, await discoInfo(connection, jid));
}

/** JID of the server's MUC service; undefined if it has none. */
export async function findMucService(connection: Connection): Promise<string | undefined> {
  const items = await discoItems(connection, connection.domain);
  const infos = await Promise.all(
    items.map((item) => discoInfo(connection, item.jid).catch(() => undefined)),
  );
  return items.find(
    (_, index) =>
      infos[index]?.features.has(NS.muc) &&
      infos[index]?.identities.some((i) => i.category === 'conference'),
  )?.jid;
}

/** The public rooms of a MUC service, those with a call first, then by name. */
export async function listRooms(connection: Connection, service: string): Promise<RoomListing[]> {
  const items = (await discoItems(connection, service)).slice(0, LISTED_ROOMS_MAX);
  const rooms = await Promise.all(
    items.map((item) => fetchRoomFacts(connection, item.jid).catch(() => undefined)),
  );
  return rooms
    .filter((r): r is RoomFacts => r !== undefined)
    .sort((a, b) => Number(b.hasCall) - Number(a.hasCall) || a.name.localeCompare(b.name));
}

/** Whether this SFU can have one session for the media of everybody. */
export async function hasSingleSession(
  connection: Connection,
  service: string | undefined,
): Promise<boolean> {
  if (service === undefined) return false;
  const info = await discoInfo(connection, service).catch(() => undefined);
  return info?.features.has(NS.parleySfu) ?? false;
}

/**
 * STUN and TURN servers that the server offers (XEP-0215), with credentials that expire; none if it
 * offers none, or does not answer in time.
 */
export async function fetchIceServers(
  connection: Pick<Connection, 'domain' | 'request'>,
  waitMs = ICE_SERVERS_WAIT_MS,
): Promise<RTCIceServer[]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), waitMs);
  });
  const asked = connection.request(
    'get',
    connection.domain,
    el('services', { xmlns: NS.extdisco }),
  );
  try {
    const result = await Promise.race([asked, late]);
    const services = result && child(result, 'services', NS.extdisco);
    return (services ? children(services, 'service', NS.extdisco) : []).flatMap(iceServer);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

/** None of what no peer connection can be made with. */
function iceServer(service: Element): RTCIceServer[] {
  const type = attribute(service, 'type') ?? '';
  const host = attribute(service, 'host');
  const relays = /^turns?$/.test(type);
  if (!host || !(relays || /^stuns?$/.test(type))) return [];
  const port = attribute(service, 'port');
  const transport = relays ? attribute(service, 'transport') : undefined;
  const urls =
    `${type}:${host.includes(':') ? `[${host}]` : host}${port ? `:${port}` : ''}` +
    (transport ? `?transport=${transport.toLowerCase()}` : '');
  if (!relays) return [{ urls }];
  const username = attribute(service, 'username');
  const credential = attribute(service, 'password');
  return username && credential ? [{ urls, username, credential }] : [];
}
