import { describe, expect, it } from 'vitest';
import { Pace } from '../../rehearsal/traffic/pace';

/** When each of so many turns came, of callers that ask all at once, in milliseconds from the first. */
async function turns(pace: Pace, count: number): Promise<number[]> {
  const came: number[] = [];
  await Promise.all(
    Array.from({ length: count }, async () => {
      await pace.turn();
      came.push(performance.now());
    }),
  );
  return came.map((at) => at - (came[0] ?? 0));
}

describe('the pace of requests', () => {
  it('is kept by callers that ask at once', async () => {
    const came = await turns(new Pace(100), 21);
    // A timer may be a millisecond early.
    for (const [index, at] of came.entries()) expect(at).toBeGreaterThan(index * 10 - 3);
    expect(came.at(-1)).toBeLessThan(1_000);
  });

  it('is below the peak of the contract', async () => {
    const came = await turns(Pace.below(200), 21);
    expect(came.at(-1)).toBeGreaterThan(20 * 5);
  });

  it('does not make up in a burst for what was not sent', async () => {
    const pace = new Pace(100);
    await pace.turn();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const came = await turns(pace, 3);
    expect(came[2]).toBeGreaterThan(17);
  });
});
