import type { JingleMessage } from './jingle-message';

/** The peer did not answer a step in time, or the session ended before. */
export class NoAnswer extends Error {}

interface Expected {
  matches(message: JingleMessage): boolean;
  resolve(message: JingleMessage): void;
  reject(error: Error): void;
}

/**
 * The negotiation steps of one session, one after another. A step may wait for the peer's answer;
 * what the peer asks meanwhile waits for the end of that step, so that offers that cross each other
 * are both served.
 */
export class NegotiationQueue {
  private last: Promise<unknown> = Promise.resolve();
  private expected: Expected | undefined;
  private closed = false;

  /** Runs the step after those before it, whether these went well or not. */
  run<T>(step: () => Promise<T>): Promise<T> {
    const result = this.last.then(() => {
      if (this.closed) throw new NoAnswer('the session has ended');
      return step();
    });
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Within a step, before it sends what it asks: the first message like this. */
  expect(matches: (message: JingleMessage) => boolean, waitMs: number): Promise<JingleMessage> {
    const answer = new Promise<JingleMessage>((resolve, reject) => {
      const timer = setTimeout(() => reject(new NoAnswer('no answer in time')), waitMs);
      const settled = () => {
        clearTimeout(timer);
        this.expected = undefined;
      };
      this.expected = {
        matches,
        resolve: (message) => {
          settled();
          resolve(message);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
    });
    answer.catch(() => (this.expected = undefined));
    return answer;
  }

  /** Gives a message to the step that waits for it; false if none does. */
  deliver(message: JingleMessage): boolean {
    if (!this.expected?.matches(message)) return false;
    this.expected.resolve(message);
    return true;
  }

  /** No step begins any more, and the one that waits fails. */
  close(): void {
    this.closed = true;
    this.expected?.reject(new NoAnswer('the session has ended'));
  }
}
