/**
 * What one peer connection receives and sends, from getStats. Counters since the connection's
 * start.
 */
export interface StatsSummary {
  /** Full JID of the participant, or the conference's JID for the sending session with an SFU. */
  label: string;
  connectionState: RTCPeerConnectionState;
  inbound: {
    kind: string;
    ssrc: number;
    packets: number;
    bytes: number;
    lost: number;
    framesDecoded: number;
    freezes: number;
  }[];
  outbound: { kind: string; ssrc: number; packets: number; bytes: number; framesEncoded: number }[];
}

export async function summarise(label: string, pc: RTCPeerConnection): Promise<StatsSummary> {
  const summary: StatsSummary = {
    label,
    connectionState: pc.connectionState,
    inbound: [],
    outbound: [],
  };
  (await pc.getStats()).forEach((stat) => {
    if (stat.type === 'inbound-rtp') {
      summary.inbound.push({
        kind: stat.kind,
        ssrc: stat.ssrc,
        packets: stat.packetsReceived ?? 0,
        bytes: stat.bytesReceived ?? 0,
        lost: stat.packetsLost ?? 0,
        framesDecoded: stat.framesDecoded ?? 0,
        freezes: stat.freezeCount ?? 0,
      });
    } else if (stat.type === 'outbound-rtp') {
      summary.outbound.push({
        kind: stat.kind,
        ssrc: stat.ssrc,
        packets: stat.packetsSent ?? 0,
        bytes: stat.bytesSent ?? 0,
        framesEncoded: stat.framesEncoded ?? 0,
      });
    }
  });
  return summary;
}
