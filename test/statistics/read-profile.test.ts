import { describe, expect, test } from 'vitest';
import { ProfileError } from '../../lambdas/shared/statistics/profile-error';
import { readProfile } from '../../lambdas/shared/statistics/read-profile';
import type { ColumnType } from '../../protocol/dataset';
import { columnOf, profileOf } from './samples';

const TYPES: readonly ColumnType[] = ['number', 'timestamp', 'string', 'boolean'];
const columns = [...TYPES.map((type) => columnOf(type)), ...TYPES.map((type) => columnOf(type, true, `my ${type}`))];
const few = profileOf(columns, [
  [1, 2, 'c', true, 1, 2, 'c', true],
  [0.5, null, 'a', false, 1, 2, 'c', true],
]);
const many = profileOf(
  columns,
  Array.from({ length: 1_500 }, (_, i) => [i - 0.5, i, `t${i}`, i % 2 === 0, i, i, `t${i}`, true]),
);

/** A profile as JSON with one member replaced; `path` goes through members and items. */
function damaged(profile: unknown, path: string, value: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(profile));
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let at = copy as Record<string, unknown>;
  for (const step of steps) at = at[step] as Record<string, unknown>;
  at[last] = value;
  return copy;
}

describe('a stored profile', () => {
  test('is read as it was written', () => {
    for (const profile of [few, many, profileOf(columns, []), profileOf([], [])]) {
      expect(readProfile(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
    }
  });

  test.each([
    [null, 'damaged at profile, expected an object'],
    ['text', 'damaged at profile, expected an object'],
    [[], 'damaged at profile, expected an object'],
    [{}, 'a profile of format undefined cannot be read, expected "slipway-profile/1": profile the rows again'],
    [{ ...few, format: 'slipway-profile/2' }, 'a profile of format "slipway-profile/2" cannot be read'],
  ])('fails to be read from %j', (stored, text) => {
    expect(() => readProfile(stored)).toThrow(ProfileError);
    expect(() => readProfile(stored)).toThrow(text);
  });

  test.each<[string, unknown, string]>([
    ['rows', -1, 'rows, expected a count'],
    ['rows', 3, 'columns[0].rows, expected 3, the rows of the profile (column "number")'],
    ['columns', {}, 'columns, expected a list'],
    ['columns.0', 7, 'columns[0], expected an object'],
    ['columns.0.name', 7, 'columns[0].name, expected a text'],
    ['columns.0.type', 'text', 'columns[0].type, expected one of string, integer'],
    ['columns.0.personal', 'no', 'columns[0].personal, expected true or false'],
    ['columns.0.nulls', 0.5, 'columns[0].nulls, expected a count'],
    ['columns.0.distinct', '012', 'columns[0].distinct, expected a sketch of this format, or null'],
    ['columns.0.numbers', undefined, 'columns[0].numbers, expected an object'],
    ['columns.0.numbers.count', 5, 'columns[0].numbers.count, expected 2, the sum of its counts'],
    ['columns.0.numbers.minimum', '1', 'columns[0].numbers.minimum, expected a number'],
    ['columns.0.numbers.sum', '2p0', 'columns[0].numbers.sum, expected an exact number'],
    ['columns.0.numbers.values', null, 'columns[0].numbers.sketch, expected a sketch'],
    ['columns.0.numbers.values.0', [1], 'columns[0].numbers.values[0][1], expected a count'],
    ['columns.0.numbers.values.0', ['1', 1], 'columns[0].numbers.values[0], expected a number and its count'],
    ['columns.0.numbers.values.0', [2, 1], 'columns[0].numbers.values[1], expected values in ascending order'],
    ['columns.2.lengths', undefined, 'columns[2].lengths, expected an object'],
    ['columns.0.lengths', few.columns[2]?.lengths, 'columns[0].lengths, expected absent'],
    ['columns.2.texts', undefined, 'columns[2].texts, expected a list'],
    ['columns.2.texts.1.0', 'a', 'columns[2].texts[1], expected values in ascending order'],
    ['columns.2.texts', null, 'columns[2].distinct, expected a sketch'],
    ['columns.3.booleans.true', -1, 'columns[3].booleans.true, expected a count'],
    ['columns.4.distinct', null, 'columns[4].distinct, expected a sketch'],
    ['columns.4.numbers', few.columns[0]?.numbers, 'columns[4].numbers, expected absent'],
    ['columns.6.texts', null, 'columns[6].texts, expected absent'],
    ['columns.7.booleans', { true: 1, false: 1 }, 'columns[7].booleans, expected absent'],
  ])('fails to be read when %s is %j', (path, value, place) => {
    expect(() => readProfile(damaged(few, path, value))).toThrow(`the stored profile is damaged at ${place}`);
  });

  test.each<[string, unknown, string]>([
    ['sketch.shift', 21, 'sketch.shift, expected at most 20'],
    ['sketch.zeros', null, 'sketch.zeros, expected a count'],
    ['sketch.buckets', [1], 'sketch.buckets, expected pairs of a bucket and a count'],
    ['sketch.buckets.2', 0, 'sketch.buckets[2], expected a distance above 0'],
    ['sketch.buckets.0', 0.5, 'sketch.buckets[0], expected a whole number'],
    ['sketch.buckets.1', -1, 'sketch.buckets[1], expected a count'],
    ['sketch.buckets.1', 1e6, 'count, expected'],
    ['values', [], 'sketch, expected null'],
  ])('fails to be read when %s of a sketch is %j', (path, value, place) => {
    expect(() => readProfile(damaged(many, `columns.0.numbers.${path}`, value))).toThrow(
      `the stored profile is damaged at columns[0].numbers.${place}`,
    );
  });
});
