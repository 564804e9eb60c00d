import { describe, expect, it } from 'vitest';
import { Progress } from '../../rehearsal/progress';

function progressOn(isTTY: boolean | undefined, planned: readonly string[] = ['deploy', 'destroy']) {
  let written = '';
  const progress = new Progress({ write: (text) => (written += text), isTTY }, planned);
  return { progress, written: () => written };
}

describe('progress', () => {
  it.each([false, undefined])('is a line for each finished step where it is no terminal (%s)', async (isTTY) => {
    const { progress, written } = progressOn(isTTY);
    await progress.step('deploy', async () => {
      progress.tell('3 of 7');
      expect(written()).toBe('');
    });
    expect(written()).toMatch(/^ {2}✓ deploy {28} {2,}0\.0 s\n$/);
  });

  it('is written over on a terminal', async () => {
    const { progress, written } = progressOn(true);
    await progress.step('deploy', async () => progress.tell('3 of 7'));
    const [started, told, finished] = written().split('\r\x1b[2K');
    expect(started).toBe('  … deploy');
    expect(told).toBe('  … deploy: 3 of 7');
    expect(finished).toMatch(/^ {2}✓ deploy .* s\n$/);
  });

  it('says what came of a step, and gives its result', async () => {
    const { progress, written } = progressOn(false);
    const result = await progress.step(
      'deploy',
      async () => 42,
      (count) => `${count} resources`,
    );
    expect(result).toBe(42);
    expect(written()).toMatch(/ s {2}42 resources\n$/);
    expect(progress.steps[0]).toMatchObject({ name: 'deploy', status: 'done', detail: '42 resources' });
  });

  it('remembers a failed step, throws its error, and knows what did not run', async () => {
    const { progress, written } = progressOn(false, ['start', 'deploy', 'destroy']);
    await progress.step('start', async () => {});
    const failure = new Error('cdk deploy failed (exit code 1):\nno such table\nat deploy.js:1');
    await expect(
      progress.step('deploy', async () => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(written()).toMatch(/\n {2}✗ deploy /);
    expect(progress.steps[1]?.detail).toBe('cdk deploy failed (exit code 1)');
    expect(progress.steps.map(({ name, status }) => [name, status])).toEqual([
      ['start', 'done'],
      ['deploy', 'failed'],
      ['destroy', 'not run'],
    ]);
  });

  it('measures each step', async () => {
    const { progress } = progressOn(false);
    await progress.step('deploy', () => new Promise((resolve) => setTimeout(resolve, 60)));
    expect(progress.steps[0]?.seconds).toBeGreaterThan(0.05);
    expect(progress.steps[0]?.seconds).toBeLessThan(5);
    expect(progress.steps[1]).toEqual({ name: 'destroy', seconds: 0, status: 'not run' });
  });
});
