import { setTimeout as sleep } from 'node:timers/promises';

/** Above the peak of its contract a stage may refuse; the rest is for clocks and requests that come beside the traffic. */
const SHARE_OF_PEAK = 0.95;

/** Lets requests go evenly, however many callers ask at once. A turn that was missed is lost: catching up would be a burst. */
export class Pace {
  /** When the next request may go, on the clock of `performance`. */
  private next = 0;

  constructor(private readonly requestsPerSecond: number) {}

  static below(peakRequestsPerSecond: number): Pace {
    return new Pace(SHARE_OF_PEAK * peakRequestsPerSecond);
  }

  /** Waits until it is the caller's turn. */
  async turn(): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.next);
    this.next = at + 1000 / this.requestsPerSecond;
    if (at > now) await sleep(at - now);
  }
}
