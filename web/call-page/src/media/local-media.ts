import type { Media } from '../jingle/description';

/** Why a device could not be had. */
export type DeviceProblem = 'refused' | 'missing' | 'busy' | 'insecure' | 'failed';
export type DeviceProblems = Partial<Record<Media, DeviceProblem>>;

export type SourceName = 'microphone' | 'camera' | 'screen';

export interface LocalSource {
  name: SourceName;
  kind: Media;
  /** Undefined while it is off. */
  track: MediaStreamTrack | undefined;
}

const FRAME_RATE = { ideal: 24, max: 30 };
const VIDEO = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: FRAME_RATE };
/** For an SFU, which sends each receiver the size that it needs. */
const LARGE_VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: FRAME_RATE };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * Microphone, camera and screen of this client. Sessions read `track()` and follow `onChange`. A
 * camera that is off is released, so that its light goes out; a muted microphone stays open and
 * sends silence.
 */
export class LocalMedia {
  /** Groups the sent tracks for the receivers (msid); it holds no tracks itself. */
  readonly stream = new MediaStream();
  /** The camera is to be opened for a large picture. */
  large = false;
  private microphone: MediaStreamTrack | undefined;
  private camera: MediaStreamTrack | undefined;
  private screen: MediaStreamTrack | undefined;
  private listeners = new Set<() => void>();

  get hasMicrophone(): boolean {
    return this.microphone !== undefined;
  }

  get microphoneOn(): boolean {
    return this.microphone?.enabled ?? false;
  }

  get cameraOn(): boolean {
    return this.camera !== undefined;
  }

  get screenOn(): boolean {
    return this.screen !== undefined;
  }

  /** What is sent of this kind; a shared screen takes the place of the camera. */
  track(kind: Media): MediaStreamTrack | undefined {
    return kind === 'audio' ? this.microphone : (this.screen ?? this.camera);
  }

  /** Each apart, where the camera is sent beside the screen. */
  sources(): LocalSource[] {
    return [
      { name: 'microphone', kind: 'audio', track: this.microphone },
      { name: 'camera', kind: 'video', track: this.camera },
      { name: 'screen', kind: 'video', track: this.screen },
    ];
  }

  /** Calls back whenever what is sent changes; returns the way to stop that. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Opens the devices for these media, as many as can be had. */
  async open(wanted: Media[]): Promise<DeviceProblems> {
    const problems: DeviceProblems = {};
    const missing = wanted.filter((kind) => (kind === 'audio' ? !this.microphone : !this.camera));
    if (missing.length === 0) return problems;
    try {
      await this.openTogether(missing);
    } catch (error) {
      if (missing.length === 1) problems[missing[0]!] = problemOf(error);
      else
        for (const kind of missing)
          await this.openTogether([kind]).catch((e) => (problems[kind] = problemOf(e)));
    }
    this.changed();
    return problems;
  }

  private async openTogether(kinds: Media[]): Promise<void> {
    if (!navigator.mediaDevices?.getUserMedia)
      throw new DOMException('insecure context', 'SecurityError');
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: kinds.includes('audio') ? AUDIO : false,
      video: kinds.includes('video') ? (this.large ? LARGE_VIDEO : VIDEO) : false,
    });
    for (const track of stream.getTracks()) {
      if (track.kind === 'audio') this.microphone = track;
      else this.camera = track;
      track.onended = () => this.deviceGone(track);
    }
  }

  setMicrophone(on: boolean): void {
    if (this.microphone) this.microphone.enabled = on;
    this.changed();
  }

  async setCamera(on: boolean): Promise<DeviceProblem | undefined> {
    if (on) return (await this.open(['video'])).video;
    this.camera?.stop();
    this.camera = undefined;
    this.changed();
    return undefined;
  }

  /** Rejects when the user closes the browser's chooser or sharing is not supported. */
  async startScreen(): Promise<void> {
    const stream = await navigator.mediaDevices.getDisplayMedia({
      video: { frameRate: { max: 15 } },
    });
    const track = stream.getVideoTracks()[0];
    if (!track) return;
    track.contentHint = 'detail';
    track.onended = () => this.stopScreen();
    this.screen = track;
    this.changed();
  }

  stopScreen(): void {
    this.screen?.stop();
    this.screen = undefined;
    this.changed();
  }

  close(): void {
    for (const track of [this.microphone, this.camera, this.screen]) track?.stop();
    this.microphone = this.camera = this.screen = undefined;
    this.changed();
  }

  private deviceGone(track: MediaStreamTrack): void {
    if (track === this.microphone) this.microphone = undefined;
    if (track === this.camera) this.camera = undefined;
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

function problemOf(error: unknown): DeviceProblem {
  switch ((error as DOMException).name) {
    case 'NotAllowedError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    case 'SecurityError':
      return 'insecure';
    default:
      return 'failed';
  }
}
