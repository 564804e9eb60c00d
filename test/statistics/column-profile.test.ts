import { describe, expect, test } from 'vitest';
import {
  distinctOf,
  mean,
  nullShare,
  quantile,
  shown,
  standardDeviation,
  valueCounts,
  valuesOf,
  variance,
} from '../../lambdas/shared/statistics/column-figures';
import { mergeProfiles, ProfileBuilder } from '../../lambdas/shared/statistics/profile';
import { columnOf, profiled, profileOf } from './samples';

describe('a column', () => {
  test('counts absent and null values apart, and says no share of no rows', () => {
    const column = profiled(columnOf('number'), [1, null, undefined, 2]);
    expect([column.rows, column.nulls, nullShare(column), valuesOf(column)]).toEqual([4, 2, 0.5, 2]);
    expect(nullShare(profiled(columnOf('number'), []))).toBeNull();
  });

  test('counts what is no finite number, or no time that a Date can hold, and leaves it out', () => {
    const numbers = profiled(columnOf('number'), [1, Number.NaN, Number.POSITIVE_INFINITY, -1 / 0]);
    expect([numbers.unusable, numbers.numbers?.count, numbers.numbers?.maximum]).toEqual([3, 1, 1]);
    const times = profiled(columnOf('timestamp'), [0, 8.64e15, 8.64e15 + 2, -9e15, Number.NaN]);
    expect([times.unusable, times.numbers?.count]).toEqual([3, 2]);
  });

  test('takes -0 for 0', () => {
    const column = profiled(columnOf('number'), [-0, 0]);
    expect(column.numbers?.values).toEqual([[0, 2]]);
    expect(Object.is(column.numbers?.minimum, 0)).toBe(true);
  });

  test('counts up to 1,000 values one by one, and none of them from the next one on', () => {
    const values = Array.from({ length: 1_000 }, (_, i) => i);
    expect(profiled(columnOf('integer'), [...values, 5]).numbers?.values).toHaveLength(1_000);
    const more = profiled(columnOf('integer'), [...values, 1_000]);
    expect([more.numbers?.values, more.numbers?.sketch === null, more.distinct === null]).toEqual([null, false, false]);
    const texts = values.map((value) => `t${value}`);
    expect(profiled(columnOf('string'), texts).texts).toHaveLength(1_000);
    expect(profiled(columnOf('string'), [...texts, 'one more']).texts).toBeNull();
  });

  test('stops to count texts one by one when they are long', () => {
    const long = 'x'.repeat(32_768);
    expect(profiled(columnOf('string'), [long]).texts).toHaveLength(1);
    expect(profiled(columnOf('string'), [long, 'y']).texts).toBeNull();
    expect(profiled(columnOf('string'), [long, 'y']).lengths?.values).toEqual([
      [1, 1],
      [32_768, 1],
    ]);
  });

  test('shows dates and timestamps as ISO 8601', () => {
    const at = Date.UTC(2024, 1, 29, 12, 30);
    expect(shown('timestamp', at)).toBe('2024-02-29T12:30:00.000Z');
    expect(shown('date', at)).toBe('2024-02-29');
    expect(shown('number', 0.5)).toBe('0.5');
    expect([...(valueCounts(profiled(columnOf('date'), [0, 86_400_000, 0])) ?? [])]).toEqual([
      ['1970-01-01', 2],
      ['1970-01-02', 1],
    ]);
  });

  test('tells how often each text and truth value came', () => {
    expect([...(valueCounts(profiled(columnOf('string'), ['b', 'a', 'b'])) ?? [])]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect([...(valueCounts(profiled(columnOf('boolean'), [true, true])) ?? [])]).toEqual([['true', 2]]);
    expect(valueCounts(profiled(columnOf('string', true), ['b']))).toBeNull();
  });

  test('has figures of what it holds, and none of nothing', () => {
    const column = profiled(columnOf('number'), [4, 1, 3, 2]);
    if (column.numbers === undefined) throw new Error('a column of numbers has numbers');
    expect([mean(column.numbers), variance(column.numbers), standardDeviation(column.numbers)]).toEqual([
      2.5,
      5 / 3,
      Math.sqrt(5 / 3),
    ]);
    expect([0, 0.25, 0.5, 0.51, 1].map((share) => quantile(column, share))).toEqual([1, 1, 2, 3, 4]);
    const { numbers: none } = profiled(columnOf('number'), [null]);
    if (none === undefined) throw new Error('a column of numbers has numbers');
    expect([mean(none), variance(none), standardDeviation(none), none.minimum]).toEqual([null, null, null, null]);
    expect(quantile(profiled(columnOf('number'), [null]), 0.5)).toBeNull();
    expect(quantile(profiled(columnOf('string'), ['a']), 0.5)).toBeNull();
  });

  test('knows distinct values exactly while they are counted', () => {
    expect(distinctOf(profiled(columnOf('string'), ['a', 'b', 'a']))).toEqual({ count: 2, standardError: 0 });
    expect(distinctOf(profiled(columnOf('boolean'), [true, true, false]))).toEqual({ count: 2, standardError: 0 });
    expect(distinctOf(profiled(columnOf('date'), [0, 0]))).toEqual({ count: 1, standardError: 0 });
    expect(distinctOf(profiled(columnOf('number'), []))).toEqual({ count: 0, standardError: 0 });
  });

  test('refuses a value of another type by the names of column and type alone', () => {
    expect(() => profiled(columnOf('number'), ['secret'])).toThrow('column "number" is profiled as number, not string');
    expect(() => profiled(columnOf('string'), [7])).toThrow('column "string" is profiled as string, not number');
    expect(() => profiled(columnOf('integer'), [true])).toThrow('column "integer" is profiled as integer, not boolean');
    expect(() => profiled(columnOf('boolean'), [1])).toThrow('column "boolean" is profiled as boolean, not number');
  });
});

describe('a personal column', () => {
  const secret = 123_456_789;

  test('keeps counts, distinct values and lengths, but no value, in parts as in the whole', () => {
    const columns = [
      columnOf('string', true),
      columnOf('number', true, 'amount'),
      columnOf('date', true),
      columnOf('boolean', true),
    ];
    const part = profileOf(columns, [
      [`name ${secret}`, secret, secret, true],
      [null, secret, secret, true],
    ]);
    for (const profile of [part, mergeProfiles(part, part)]) {
      expect(JSON.stringify(profile)).not.toContain(String(secret));
      for (const column of profile.columns) {
        expect(Object.keys(column)).not.toEqual(expect.arrayContaining(['numbers']));
        expect(column.texts).toBeUndefined();
        expect(column.booleans).toBeUndefined();
        expect(distinctOf(column).count).toBe(1);
      }
      expect(profile.columns[0]?.lengths?.values).toEqual([[14, profile.rows / 2]]);
      expect(profile.columns[0]?.nulls).toBe(profile.rows / 2);
    }
  });
});

describe('a builder', () => {
  test('fails when a column was left out of a row', () => {
    const builder = ProfileBuilder.of([columnOf('number'), columnOf('string')]);
    builder.add(0, 1);
    expect(() => builder.toProfile()).toThrow('column "string" was given 0 values, and the first column 1');
  });

  test('goes on after it has told a profile', () => {
    const builder = ProfileBuilder.of([columnOf('number')]);
    for (let i = 0; i < 3_000; i++) {
      builder.add(0, i / 7);
      if (i % 500 === 0) builder.toProfile();
    }
    const all = Array.from({ length: 3_000 }, (_, i) => [i / 7]);
    expect(builder.toProfile()).toEqual(profileOf([columnOf('number')], all));
  });
});

describe('profiles', () => {
  test('fail to merge when they are of different columns', () => {
    const of = (...columns: Parameters<typeof columnOf>[]) =>
      profileOf(
        columns.map((column) => columnOf(...column)),
        [],
      );
    expect(() => mergeProfiles(of(['number']), of())).toThrow('profiles of 1 and 0 columns cannot be merged');
    expect(() => mergeProfiles(of(['number']), of(['number', true]))).toThrow(
      'profiles of column "number" (number) and column "number" (personal number) cannot be merged',
    );
    expect(() => mergeProfiles(of(['date', false, 'x']), of(['string', false, 'x']))).toThrow('column "x" (string)');
  });
});
