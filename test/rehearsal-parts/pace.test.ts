import { describe, expect, it } from 'vitest';
import { Pace } from '../../rehearsal/traffic/pace';

/** A clock that stands still, and remembers what it was asked to wait. */
class StandingClock {
  at = 0;
  readonly waits: number[] = [];

  now(): number {
    return this.at;
  }

  async sleep(ms: number): Promise<void> {
    this.waits.push(ms);
  }
}

async function turns(pace: Pace, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => pace.turn()));
}

describe('the pace of requests', () => {
  it('is kept by callers that ask at once', async () => {
    const clock = new StandingClock();
    await turns(new Pace(100, clock), 21);
    expect(clock.waits).toEqual(Array.from({ length: 20 }, (_, index) => (index + 1) * 10));
  });

  it('is below the peak of the contract', async () => {
    const clock = new StandingClock();
    await turns(Pace.below(200, clock), 21);
    expect(clock.waits.at(-1)).toBeGreaterThan(20 * 5);
  });

  it('does not make up in a burst for what was not sent', async () => {
    const clock = new StandingClock();
    const pace = new Pace(100, clock);
    await pace.turn();
    clock.at = 200;
    await turns(pace, 3);
    expect(clock.waits).toEqual([10, 20]);
  });

  it('of this machine is waited for', async () => {
    const started = performance.now();
    await turns(new Pace(100), 3);
    // A timer may be a millisecond early.
    expect(performance.now() - started).toBeGreaterThan(17);
  });
});
