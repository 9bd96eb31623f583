/** A short loss of the path mends itself. */
const DISCONNECTED_MS = 4_000;
const RESTARTS_MAX = 3;
/** Between a restart that the peer did not answer and the next. */
const PAUSE_MS = 2_000;

/**
 * Restarts ICE when a path that was there is lost, or the browser comes back onto a network. Gives
 * up after a few restarts without success.
 */
export class IceWatch {
  private timer = 0;
  private restarts = 0;
  private wasConnected = false;
  private running = false;
  private closed = false;
  private readonly online = () => void this.restart();

  constructor(
    private readonly pc: RTCPeerConnection,
    private readonly restartIce: () => Promise<void>,
    private readonly givenUp: () => void,
  ) {
    pc.addEventListener('iceconnectionstatechange', () => this.changed());
    window.addEventListener('online', this.online);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    window.removeEventListener('online', this.online);
  }

  private changed(): void {
    clearTimeout(this.timer);
    switch (this.pc.iceConnectionState) {
      case 'connected':
      case 'completed':
        this.wasConnected = true;
        this.restarts = 0;
        break;
      case 'disconnected':
        this.restartIn(DISCONNECTED_MS);
        break;
      case 'failed':
        if (this.wasConnected) void this.restart();
        else this.givenUp();
        break;
    }
  }

  private restartIn(delayMs: number): void {
    this.timer = window.setTimeout(() => void this.restart(), delayMs);
  }

  private async restart(): Promise<void> {
    if (!this.wasConnected || this.running || this.closed) return;
    if (this.restarts >= RESTARTS_MAX) {
      this.givenUp();
      return;
    }
    this.restarts++;
    this.running = true;
    clearTimeout(this.timer);
    try {
      await this.restartIce();
    } catch (error) {
      console.warn('ICE was not restarted', error);
      if (!this.closed) this.restartIn(PAUSE_MS);
    } finally {
      this.running = false;
    }
  }
}
