import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const LIB = join(__dirname, '../../lib');
const sources = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => [path, withoutComments(readFileSync(join(LIB, path), 'utf8'))] as const);

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** A comparison of a profile or of its name, or the name of a built-in profile as a value. */
const BY_NAME = [
  /\bprofile(?:\.name)?\s*[!=]==?/,
  /[!=]==?\s*(?:\w+\.)*profile(?:\.name)?\b/,
  /[!=]==?\s*StageProfile\./,
  /\bprofile\.name\b/,
  /(['"`])(?:pilot|staging|production)\1/,
];

describe('no construct asks which profile it is', () => {
  it('although every file is looked at', () => {
    expect(sources.length).toBeGreaterThan(30);
  });

  it.each(sources.filter(([path]) => !path.startsWith('stage/')))('in %s', (_, source) => {
    expect(BY_NAME.flatMap((pattern) => pattern.exec(source)?.[0] ?? [])).toEqual([]);
  });

  it.each([
    "if (profile.name === 'pilot') return;",
    'if (props.profile === StageProfile.PILOT) return;',
    "const isProduction = stageName === 'production';",
    'switch (profile.name) {',
  ])('and a planted question is found: %s', (source) => {
    expect(BY_NAME.some((pattern) => pattern.test(withoutComments(source)))).toBe(true);
  });
});
