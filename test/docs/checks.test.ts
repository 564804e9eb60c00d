import { describe, expect, it } from 'vitest';
import { RULES } from '../../lib/check/rules/rules';
import { readDocument } from './documents';

/** Rows about checks, in all tables of the document. */
function rows(): string[][] {
  return readDocument('docs/checks.md')
    .text.split('\n')
    .filter((line) => line.startsWith('| [`'))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

describe('the document of the checks', () => {
  it('says of each check what it finds, how bad that is, the limit, who states it and the fix', () => {
    expect(rows()).toEqual(
      RULES.map(({ id, severity, what, limit, source, fix }) => [`[\`${id}\`](${source})`, severity, what, limit, fix]),
    );
  });
});

describe('the checks', () => {
  it('have ids of their own, in words and hyphens', () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+(?:-[a-z]+)+$/.test(id))).toEqual([]);
  });
});
