import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** Names of the tests that a Python file ran, from unittest's verbose report, each with its outcome. */
function outcomes(report: string): string[] {
  return [...report.matchAll(/^(test_\w+) \(.*?\).*? \.\.\. (\w+)/gms)].map(
    ([, name, outcome]) => `${name} ${outcome}`,
  );
}

describe('the model host for Python', () => {
  it('passes its own tests', async () => {
    const { stderr } = await run('python3', ['-B', '-m', 'unittest', '-v', 'slipway_host_test'], {
      cwd: join(__dirname, 'python'),
    });
    const results = outcomes(stderr);
    expect(results.length).toBeGreaterThanOrEqual(15);
    expect(results.filter((result) => !result.endsWith(' ok'))).toEqual([]);
  });
});
