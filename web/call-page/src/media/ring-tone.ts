/**
 * A quiet two-note ring, made here so that no file has to be loaded. Silent where the page may not
 * play sound.
 */
const NOTES_HZ = [659.3, 880];
const NOTE_S = 0.22;
const PAUSE_MS = 2_400;

export class RingTone {
  private context: AudioContext | undefined;
  private timer = 0;

  start(): void {
    if (this.context) return;
    this.context = new AudioContext();
    this.play();
    this.timer = window.setInterval(() => this.play(), PAUSE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    void this.context?.close();
    this.context = undefined;
  }

  private play(): void {
    const context = this.context;
    if (!context || context.state === 'suspended') return;
    NOTES_HZ.forEach((frequency, index) => {
      const at = context.currentTime + index * NOTE_S;
      const gain = context.createGain();
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(0.06, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_S * 2);
      const oscillator = new OscillatorNode(context, { frequency, type: 'sine' });
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(at);
      oscillator.stop(at + NOTE_S * 2);
    });
  }
}
