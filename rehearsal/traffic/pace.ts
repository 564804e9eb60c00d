import { setTimeout as sleep } from 'node:timers/promises';

/** Above the peak of its contract a stage may refuse; the rest is for clocks and requests that come beside the traffic. */
const SHARE_OF_PEAK = 0.95;

interface Clock {
  /** Milliseconds. */
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

const THIS_MACHINE: Clock = { now: () => performance.now(), sleep: (ms) => sleep(ms) };

/** Lets requests go evenly, however many callers ask at once. A turn that was missed is lost: catching up would be a burst. */
export class Pace {
  /** When the next request may go, by the clock. */
  private next = 0;

  constructor(
    private readonly requestsPerSecond: number,
    private readonly clock: Clock = THIS_MACHINE,
  ) {}

  static below(peakRequestsPerSecond: number, clock?: Clock): Pace {
    return new Pace(SHARE_OF_PEAK * peakRequestsPerSecond, clock);
  }

  /** Waits until it is the caller's turn. */
  async turn(): Promise<void> {
    const now = this.clock.now();
    const at = Math.max(now, this.next);
    this.next = at + 1000 / this.requestsPerSecond;
    if (at > now) await this.clock.sleep(at - now);
  }
}
