import type { Session } from '../jingle/session';
import { type Activity, ActivityMeter } from '../media/activity';

/** Where the media of one participant comes from. */
export interface Origin {
  session: Session;
  stream: MediaStream;
  /** The media sections that are this participant's; all if absent. */
  mids?: string[];
}

const NO_ACTIVITY: Activity = { speaking: false, hasVideo: false };

/** Who of the others speaks and sends pictures, by full JID. */
export class Activities {
  private meters = new Map<string, ActivityMeter>();
  private activities = new Map<string, Activity>();

  of(jid: string): Activity {
    return this.activities.get(jid) ?? NO_ACTIVITY;
  }

  /** Forgets those who are not among these. */
  keep(jids: Set<string>): void {
    for (const known of [this.meters, this.activities])
      for (const jid of known.keys()) if (!jids.has(jid)) known.delete(jid);
  }

  /** Reads the statistics of each connection once; resolves with whether anything has changed. */
  async measure(origins: Map<string, Origin>, nowMs: number): Promise<boolean> {
    const reports = new Map<Session, RTCStatsReport>();
    for (const { session } of origins.values())
      if (!reports.has(session)) reports.set(session, await session.pc.getStats());
    let changed = false;
    for (const [jid, { session, mids }] of origins) {
      const meter = this.meters.get(jid) ?? new ActivityMeter();
      this.meters.set(jid, meter);
      const next = meter.read(reports.get(session)!, mids, nowMs);
      const last = this.of(jid);
      changed ||= next.speaking !== last.speaking || next.hasVideo !== last.hasVideo;
      this.activities.set(jid, next);
    }
    return changed;
  }
}
