import type { Candidate } from './description';

/**
 * An SDP `candidate:` attribute (RFC 8839 section 5.1); undefined for an end-of-candidates mark.
 */
export function parseCandidate(line: string): Candidate | undefined {
  const parts = line
    .replace(/^(a=)?candidate:/, '')
    .trim()
    .split(/\s+/);
  const [foundation, component, protocol, priority, address, port, , type] = parts;
  if (!foundation || !address || !type || !protocol) return undefined;
  const extra = new Map<string, string>();
  for (let i = 8; i + 1 < parts.length; i += 2) extra.set(parts[i]!, parts[i + 1]!);
  const relatedPort = extra.get('rport');
  return {
    foundation,
    component: Number(component),
    protocol: protocol.toLowerCase(),
    priority: Number(priority),
    address,
    port: Number(port),
    type,
    relatedAddress: extra.get('raddr'),
    relatedPort: relatedPort === undefined ? undefined : Number(relatedPort),
    tcpType: extra.get('tcptype'),
    generation: Number(extra.get('generation') ?? 0),
  };
}

export function formatCandidate(c: Candidate): string {
  const related =
    c.relatedAddress === undefined ? '' : ` raddr ${c.relatedAddress} rport ${c.relatedPort ?? 0}`;
  const tcp = c.tcpType === undefined ? '' : ` tcptype ${c.tcpType}`;
  return (
    `candidate:${c.foundation} ${c.component} ${c.protocol} ${c.priority} ${c.address} ${c.port}` +
    ` typ ${c.type}${related}${tcp} generation ${c.generation}`
  );
}
