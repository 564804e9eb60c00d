import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DatasetProfile, ProfiledValue } from '../../lambdas/shared/statistics/dataset-profile';
import { mergeProfiles } from '../../lambdas/shared/statistics/profile';
import type { ColumnType } from '../../protocol/dataset';
import { columnOf, profileOf, seeded } from './samples';

const TYPES: readonly ColumnType[] = ['string', 'integer', 'number', 'boolean', 'date', 'timestamp'];
const COLUMNS = [
  ...TYPES.map((type) => columnOf(type)),
  ...TYPES.map((type) => columnOf(type, true, `personal ${type}`)),
];
type Row = readonly ProfiledValue[];

/** As it is stored and read again between two merges. */
function stored(profile: DatasetProfile): DatasetProfile {
  return JSON.parse(JSON.stringify(profile)) as DatasetProfile;
}

const nothing = fc.constantFrom(null, undefined);
const awkward = fc.constantFrom(
  0,
  -0,
  1e308,
  -1e308,
  Number.MAX_VALUE,
  5e-324,
  -5e-324,
  2 ** -1022,
  0.1,
  1e-200,
  1e200,
);
const number = fc.oneof(awkward, fc.double(), fc.double({ min: -1000, max: 1000 }));
const time = fc.oneof(
  fc.integer({ min: -1e12, max: 2e12 }),
  fc.constantFrom(0, -0, 8.64e15, -8.64e15, 9e15, 1.5, -1.5),
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '\ud800',
    '\udc00x',
    '\u0000',
    '__proto__',
    'Å',
    'A\u030a',
    '😀',
    'x'.repeat(20_000),
    'y'.repeat(20_000),
  ),
);
const ofType: Readonly<Record<ColumnType, fc.Arbitrary<ProfiledValue>>> = {
  string: text,
  integer: fc.oneof(fc.integer(), fc.maxSafeInteger()),
  number,
  boolean: fc.boolean(),
  date: time.map((at) => at * 1000),
  timestamp: time,
};
const cells = COLUMNS.map(({ type }) =>
  fc.oneof({ weight: 4, arbitrary: ofType[type] }, { weight: 1, arbitrary: nothing }),
);
const row: fc.Arbitrary<Row> = fc.tuple(...cells);

/** Adds up the parts in the order that the dice tell, as a tree of any form. */
function mergedInAnyOrder(parts: readonly DatasetProfile[], dice: readonly number[]): DatasetProfile {
  const left = [...parts];
  for (let i = 0; left.length > 1; i++) {
    const [a] = left.splice((dice[i % dice.length] ?? 0) % left.length, 1);
    const at = (dice[(i + 1) % dice.length] ?? 0) % left.length;
    const b = left[at];
    if (a === undefined || b === undefined) throw new Error('there are two parts');
    left[at] = stored(mergeProfiles(stored(a), stored(b)));
  }
  const [all] = left;
  if (all === undefined) throw new Error('there is a part');
  return all;
}

describe('a profile of rows', () => {
  test('is the same text whatever the order and the grouping of the rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(row, fc.nat(6)), { maxLength: 60 }),
        fc.array(fc.nat(), { minLength: 2, maxLength: 20 }),
        (placed, dice) => {
          const whole = profileOf(
            COLUMNS,
            placed.map(([cells]) => cells),
          );
          const shards = Array.from({ length: 7 }, (_, shard) =>
            profileOf(
              COLUMNS,
              placed
                .filter(([, at]) => at === shard)
                .map(([cells]) => cells)
                .reverse(),
            ),
          );
          expect(JSON.stringify(mergedInAnyOrder(shards, dice))).toBe(JSON.stringify(whole));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('is so too when there are more values than are counted one by one, and buckets have to widen', () => {
    const columns = [columnOf('number'), columnOf('timestamp'), columnOf('string'), columnOf('integer')];
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 900, max: 6000 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(), { minLength: 2, maxLength: 20 }),
        (seed, size, parts, dice) => {
          const next = seeded(seed);
          const rows = Array.from({ length: size }, (): Row => {
            const wide = (next() - 0.5) * 10 ** Math.floor(next() * 600 - 300);
            return [wide, Math.floor(next() * 2e12 - 1e11), `t${Math.floor(next() * 1500)}`, Math.floor(next() * 1010)];
          });
          const shards = Array.from({ length: parts }, (_, shard) =>
            profileOf(
              columns,
              rows.filter((_, i) => i % parts === shard),
            ),
          );
          expect(JSON.stringify(mergedInAnyOrder(shards, dice))).toBe(JSON.stringify(profileOf(columns, rows)));
        },
      ),
      { numRuns: 25 },
    );
  });
});
