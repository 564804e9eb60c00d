import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ALL_KINDS } from '../policies';
import { spansIn } from './found';

interface Entry {
  readonly text: string;
  /** `KIND@start:span` */
  readonly wanted: readonly string[];
}

const CORPUS = join(__dirname, '../../corpus/sensitive-spans.txt');
const ENTRIES = readFileSync(CORPUS, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('# '))
  .map(parse);

function parse(escaped: string): Entry {
  const line = escaped.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
  const wanted: string[] = [];
  let text = '';
  let from = 0;
  for (const match of line.matchAll(/\{\{([A-Z0-9_]+)\|(.*?)\}\}/gs)) {
    const [whole, kind = '', span = ''] = match;
    text += line.slice(from, match.index);
    wanted.push(`${kind}@${text.length}:${span}`);
    text += span;
    from = match.index + whole.length;
  }
  return { text: text + line.slice(from), wanted };
}

function foundIn(text: string): string[] {
  return spansIn(text).map(({ name, start, end }) => `${name}@${start}:${text.slice(start, end)}`);
}

function ratio(part: readonly string[], whole: readonly string[]): number {
  return whole.length === 0 ? 1 : part.length / whole.length;
}

describe('the corpus of real spans and look-alikes', () => {
  test('has real spans of every kind and at least 100 texts with none', () => {
    const kinds = new Set(ENTRIES.flatMap(({ wanted }) => wanted.map((span) => span.split('@')[0])));
    expect([...kinds].sort()).toEqual([...ALL_KINDS].sort());
    expect(ENTRIES.filter(({ wanted }) => wanted.length === 0).length).toBeGreaterThanOrEqual(100);
  });

  test.each(ALL_KINDS)('precision and recall of %s are at least 0.98, span by span', (kind) => {
    const ofKind = (spans: readonly string[]): string[] => spans.filter((span) => span.startsWith(`${kind}@`));
    const wanted = ENTRIES.flatMap((entry, index) => ofKind(entry.wanted).map((span) => `${index} ${span}`));
    const found = ENTRIES.flatMap((entry, index) => ofKind(foundIn(entry.text)).map((span) => `${index} ${span}`));
    const right = found.filter((span) => wanted.includes(span));
    expect(
      ratio(right, found),
      `wrong: ${found.filter((span) => !wanted.includes(span)).join('\n')}`,
    ).toBeGreaterThanOrEqual(0.98);
    expect(
      ratio(right, wanted),
      `missed: ${wanted.filter((span) => !found.includes(span)).join('\n')}`,
    ).toBeGreaterThanOrEqual(0.98);
  });
});
