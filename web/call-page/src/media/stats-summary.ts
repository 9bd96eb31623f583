/**
 * What one peer connection receives and sends, from getStats. Counters since the connection's
 * start.
 */
export interface StatsSummary {
  /** Full JID of the participant, or the conference's JID for the sending session with an SFU. */
  label: string;
  connectionState: RTCPeerConnectionState;
  /** Of this client; another one after a restart of ICE. */
  iceUfrag: string | undefined;
  inbound: {
    kind: string;
    ssrc: number;
    packets: number;
    bytes: number;
    lost: number;
    framesDecoded: number;
    freezes: number;
    frameWidth: number;
    frameHeight: number;
  }[];
  outbound: {
    kind: string;
    ssrc: number;
    /** Of a simulcast encoding. */
    rid: string | undefined;
    packets: number;
    bytes: number;
    framesEncoded: number;
  }[];
}

/** A peer connection, or the part of it that concerns one participant. */
export interface MeasuredConnection {
  /** See StatsSummary. */
  label: string;
  pc: RTCPeerConnection;
  /** The media sections that count; all if absent. */
  mids?: string[] | undefined;
}

export async function summarise({ label, pc, mids }: MeasuredConnection): Promise<StatsSummary> {
  const summary: StatsSummary = {
    label,
    connectionState: pc.connectionState,
    iceUfrag: /^a=ice-ufrag:(.*)$/m.exec(pc.localDescription?.sdp ?? '')?.[1],
    inbound: [],
    outbound: [],
  };
  (await pc.getStats()).forEach((stat) => {
    if (mids?.includes(stat.mid) === false) return;
    if (stat.type === 'inbound-rtp') {
      summary.inbound.push({
        kind: stat.kind,
        ssrc: stat.ssrc,
        packets: stat.packetsReceived ?? 0,
        bytes: stat.bytesReceived ?? 0,
        lost: stat.packetsLost ?? 0,
        framesDecoded: stat.framesDecoded ?? 0,
        freezes: stat.freezeCount ?? 0,
        frameWidth: stat.frameWidth ?? 0,
        frameHeight: stat.frameHeight ?? 0,
      });
    } else if (stat.type === 'outbound-rtp') {
      summary.outbound.push({
        kind: stat.kind,
        ssrc: stat.ssrc,
        rid: stat.rid,
        packets: stat.packetsSent ?? 0,
        bytes: stat.bytesSent ?? 0,
        framesEncoded: stat.framesEncoded ?? 0,
      });
    }
  });
  return summary;
}
