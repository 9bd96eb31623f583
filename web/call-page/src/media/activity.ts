/** Who speaks and whose picture moves, read from a peer connection's statistics. */

export interface Activity {
  speaking: boolean;
  /** Frames arrived lately; a camera that was switched off sends none. */
  hasVideo: boolean;
}

/** Linear audio level, 0 to 1 (RFC 6464 levels of about -42 dBov and louder count as speech). */
const SPEECH_LEVEL = 0.008;
/** A pause between words does not end the mark. */
const SPEECH_HOLD_MS = 800;
const FRAME_HOLD_MS = 2_500;

export class ActivityMeter {
  private framesSeen = 0;
  private lastFrameMs = -Infinity;
  private lastSpeechMs = -Infinity;

  /**
   * Of these media sections of a peer connection, or of all. `nowMs` is any monotonic clock in
   * milliseconds, the same in all calls.
   */
  read(report: RTCStatsReport, mids: string[] | undefined, nowMs: number): Activity {
    let level = 0;
    let frames = 0;
    report.forEach((stat) => {
      if (stat.type !== 'inbound-rtp' || mids?.includes(stat.mid) === false) return;
      if (stat.kind === 'audio') level = Math.max(level, stat.audioLevel ?? 0);
      else frames += stat.framesDecoded ?? 0;
    });
    return this.update(level, frames, nowMs);
  }

  update(level: number, framesDecoded: number, nowMs: number): Activity {
    if (level > SPEECH_LEVEL) this.lastSpeechMs = nowMs;
    if (framesDecoded !== this.framesSeen) this.lastFrameMs = nowMs;
    this.framesSeen = framesDecoded;
    return {
      speaking: nowMs - this.lastSpeechMs < SPEECH_HOLD_MS,
      hasVideo: nowMs - this.lastFrameMs < FRAME_HOLD_MS,
    };
  }
}

/** Level of the own microphone, which no peer connection has to exist for. */
export class MicrophoneMeter {
  private context: AudioContext | undefined;
  private analyser: AnalyserNode | undefined;
  private source: MediaStreamTrack | undefined;
  private samples = new Uint8Array(512);
  private meter = new ActivityMeter();

  read(track: MediaStreamTrack | undefined, nowMs: number): boolean {
    if (track !== this.source) this.listenTo(track);
    if (!this.analyser) return false;
    this.analyser.getByteTimeDomainData(this.samples);
    const peak = this.samples.reduce((max, s) => Math.max(max, Math.abs(s - 128)), 0) / 128;
    return this.meter.update(peak > 0.03 ? 1 : 0, 0, nowMs).speaking;
  }

  close(): void {
    this.listenTo(undefined);
    void this.context?.close();
    this.context = undefined;
  }

  private listenTo(track: MediaStreamTrack | undefined): void {
    this.source = track;
    this.analyser?.disconnect();
    this.analyser = undefined;
    if (!track) return;
    this.context ??= new AudioContext();
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = this.samples.length * 2;
    this.context.createMediaStreamSource(new MediaStream([track])).connect(this.analyser);
  }
}
